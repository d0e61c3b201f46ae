// Several people at work on the same things, and what happens to appointments behind Quince's back.
import { events } from "../helpers/icloud";
import { asJonas, CLIENT, cloudOf, signIn } from "../helpers/people";
import { collideAsJonas, MINE, saveOverAChange, THEIRS } from "../helpers/states";
import { expect, expectAccessible, test } from "../helpers/test";

test("who saves over a colleague's change is told what it was, keeps what was typed, and may save all the same", async ({ page, ownDemo: { is: demo }, visit, usable, javaScriptEnabled }) => {
  await signIn(page, demo);
  await saveOverAChange(page, demo, visit, usable);
  await expect(page.getByText(/changed the location/i).first()).toBeVisible();
  await expect(page.getByLabel("Description").first(), "what was typed is kept").toHaveValue(MINE);
  if (javaScriptEnabled) {
    await expectAccessible(page);
  }
  await page.getByRole("button", { name: "Save all the same" }).click();
  await expect(page).toHaveURL(/\/booking-calendars$/);
  await page.getByRole("link", { name: "Intro call", exact: true }).click();
  await expect(page.getByLabel("Description").first()).toHaveValue(MINE);
  await expect(page.getByLabel("Location"), "saved as it was typed, as was said").not.toHaveValue(THEIRS);
});

test("an event that comes to lie over an appointment is marked on it, in the list and in the calendar view", async ({ page, ownDemo: { is: demo }, visit, usable, javaScriptEnabled }) => {
  await collideAsJonas(page, demo, visit);
  await visit(page, `${demo.app}/appointments?show=colliding`);
  await expect(page.getByRole("listitem").filter({ hasText: CLIENT })).toContainText("Collides with calendar");
  await page.getByRole("link", { name: CLIENT }).click();
  await expect(page.getByRole("heading", { level: 1, name: CLIENT })).toBeVisible();
  await usable(page);
  await expect(page.getByText("Collides with calendar").first()).toBeVisible();
  if (javaScriptEnabled) {
    await expectAccessible(page);
  }
});

test("a deleted appointment leaves the list and iCloud, and a trace for admins", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
  const ours = async () => (await events(cloudOf(demo), "Work")).filter((text) => text.includes(CLIENT)).length;
  await expect.poll(ours, { timeout: 20_000 }).toBe(1);
  await signIn(page, asJonas(demo));
  await visit(page, `${demo.app}/appointments`);
  await page.getByRole("link", { name: CLIENT }).click();
  await usable(page);
  await page.getByText("Delete this appointment").click();
  await page.getByRole("button", { name: "Delete for good" }).click();
  await expect(page).toHaveURL(/\/appointments(\?|$)/);
  await expect(page.getByRole("link", { name: CLIENT })).toHaveCount(0);
  await expect.poll(ours, { timeout: 20_000 }).toBe(0);
  await signIn(page, demo);
  await visit(page, `${demo.app}/appointments/deleted`);
  await expect(page.getByText(CLIENT).first()).toBeVisible();
});
