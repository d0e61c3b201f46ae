// What staff do besides looking: block time off, keep holidays, book for clients, confirm.
import { bookByApi, freeTimes, signIn } from "../helpers/people";
import { expect, test } from "../helpers/test";

const DAY = "2027-01-12";

test("blocked-off time and a holiday take the times off the booking page", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
  const free = () => freeTimes(demo.app, "intro-call", DAY, DAY, "America/New_York");
  const times = async () => (await free()).map((start) => start.slice(11, 16));
  expect(await times()).toContain("10:00");
  await signIn(page, demo);
  await visit(page, `${demo.app}/blocked-time/new?date=${DAY}`);
  await page.getByLabel("Title").fill("Dentist");
  await page.locator("#from-time").fill("11:00");
  await page.locator("#to-time").fill("09:00");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The end must be after the start.").first()).toBeVisible();
  await usable(page);
  await expect(page.getByLabel("Title"), "what was typed is kept").toHaveValue("Dentist");
  await page.locator("#from-time").fill("10:00");
  await page.locator("#to-time").fill("11:00");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page).toHaveURL(/\/calendar\?date=/);
  await usable(page);
  await expect(page.locator('.block[data-kind="blocked"]', { hasText: "Dentist" })).toBeVisible();
  expect(await times()).not.toContain("10:00");
  await page.getByRole("link", { name: "Dentist" }).click();
  await usable(page);
  await page.getByRole("button", { name: "Remove" }).click();
  await expect(page).toHaveURL(/\/calendar$/);
  expect(await times()).toContain("10:00");

  await visit(page, `${demo.app}/settings/workspace`);
  await page.getByLabel("Date 1").fill(DAY);
  await page.getByLabel("Name 1").fill("Founders' day");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  expect(await free()).toEqual([]);
  await usable(page);
  await page.getByLabel("Date 2").fill("2027-01-13");
  await page.getByLabel("Name 2").fill("The day after");
  await page.getByLabel("Date 1").fill("");
  await page.getByLabel("Name 1").fill("");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByLabel("Name 1"), "what is left moves up").toHaveValue("The day after");
  await expect(page.getByLabel("Name 2")).toHaveValue("");
  await page.getByLabel("Date 2").fill(DAY);
  await page.getByLabel("Name 2").fill("Founders' day");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByLabel("Name 1"), "in the order of the year").toHaveValue("Founders' day");
  await visit(page, `${demo.app}/calendar?date=${DAY}`);
  await expect(page.getByText("Founders' day")).toBeVisible();
});

test("days off in a row are one row in My Profile, and nothing is free on them", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
  const days = async () => new Set((await freeTimes(demo.app, "intro-call", "2027-01-11", "2027-01-15", "America/New_York")).map((start) => start.slice(0, 10)));
  expect([...(await days())]).toContain("2027-01-13");
  await signIn(page, demo);
  await visit(page, `${demo.app}/settings/profile`);
  await page.getByLabel("Date 1", { exact: true }).fill("2027-01-14");
  await page.getByLabel("Date 1, last day").fill("2027-01-12");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("is before it").first()).toBeVisible();
  await usable(page);
  await expect(page.getByLabel("Date 1, last day"), "what was typed is kept").toHaveValue("2027-01-12");
  await page.getByLabel("Date 1", { exact: true }).fill("2027-01-12");
  await page.getByLabel("Date 1, last day").fill("2027-01-14");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("Saved.").first()).toBeVisible();
  expect([...(await days())]).toEqual(["2027-01-11", "2027-01-15"]);
  await visit(page, `${demo.app}/settings/profile`);
  await expect(page.getByLabel("Date 1", { exact: true })).toHaveValue("2027-01-12");
  await expect(page.getByLabel("Date 1, last day")).toHaveValue("2027-01-14");
});

test("staff book for a client, and over a taken time only when they say so", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
  const [start] = await freeTimes(demo.app, "intro-call", DAY, DAY, "America/New_York");
  await bookByApi(demo, "intro-call", start);
  await signIn(page, demo);
  await visit(page, `${demo.app}/appointments/new?date=${DAY}`);
  await page.getByLabel("Booking calendar").selectOption("Intro call");
  await page.getByRole("button", { name: "Show free times" }).click();
  await expect(page).toHaveURL(/calendar=/);
  await usable(page);
  await page.getByLabel("Name").fill("Grace");
  await page.getByLabel("Email").fill("grace@client.example");
  await page.getByLabel("Time", { exact: true }).fill(start.slice(11, 16));
  await page.getByRole("button", { name: "Book", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("taken");
  await usable(page);
  await expect(page.getByLabel("Name"), "what was typed is kept").toHaveValue("Grace");
  await page.getByLabel("Book it even if the time is not free").check();
  await page.getByRole("button", { name: "Book", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Grace" })).toBeVisible();
  await expect(page.getByText("Booked by staff although the time was not on offer: BOOKED.")).toBeVisible();
});

test("a pending appointment is found, confirmed, and its client told", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
  await signIn(page, demo);
  await visit(page, `${demo.app}/booking-calendars`);
  await page.getByRole("link", { name: "Intro call", exact: true }).click();
  await usable(page);
  await page.getByLabel("Confirm at once").uncheck();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page).toHaveURL(/\/booking-calendars$/);
  const [start] = await freeTimes(demo.app, "intro-call", DAY, DAY);
  await bookByApi(demo, "intro-call", start);
  await visit(page, `${demo.app}/appointments?show=pending`);
  await page.getByRole("link", { name: "Somebody Else" }).click();
  await usable(page);
  await expect(page.getByText("It waits for your confirmation")).toBeVisible();
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await expect(page.locator(".page-head").getByText("Confirmed", { exact: true })).toBeVisible();
  await visit(page, `${demo.app}/appointments?show=pending`);
  await expect(page.getByRole("heading", { name: "No appointments" })).toBeVisible();
});
