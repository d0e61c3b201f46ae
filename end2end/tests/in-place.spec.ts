// What script adds: another day or month appears in place, a form is sent without leaving its page, and a network that fails loses nothing.
import type { Page } from "@playwright/test";
import { signIn } from "../helpers/people";
import { expect, test } from "../helpers/test";

const times = (page: Page) => page.locator("a.time");

test("another day and another month appear in place, and Back leads to the ones before @script", async ({ page, demo: { is: demo }, visit }) => {
  await visit(page, `${demo.app}/book/intro-call?zone=Europe/Berlin&month=2026-12`);
  await page.evaluate(() => ((globalThis as { isSame?: boolean }).isSame = true));
  const second = page.locator("a.day-free").nth(1);
  const day = (await second.getAttribute("data-date"))!;
  await second.click();
  await expect(page).toHaveURL(new RegExp(`date=${day}`));
  await expect(page.locator("#times"), "the keyboard goes on at the times").toBeFocused();
  await expect(second).toHaveAttribute("aria-current", "date");

  await page.getByRole("link", { name: "Next month" }).click();
  await expect(page.getByRole("heading", { name: "January 2027" })).toBeVisible();
  await expect(page).toHaveURL(/month=2027-01/);
  await expect(page.getByRole("link", { name: "Previous month" }), "there is no later month to go to").toBeFocused();
  await expect(times(page).first()).toHaveAttribute("data-start", /^2027-01/);

  await page.goBack();
  await expect(page.getByRole("heading", { name: "December 2026" })).toBeVisible();
  await expect(second).toHaveAttribute("aria-current", "date");
  expect(await page.evaluate(() => (globalThis as { isSame?: boolean }).isSame), "no page was loaded").toBe(true);
});

test("a month that cannot be loaded leaves the one before, and is tried again @script", async ({ page, demo: { is: demo }, visit, complaints }) => {
  await visit(page, `${demo.app}/book/intro-call?zone=Europe/Berlin&month=2026-12`);
  await page.route("**/free-month*", (route) => route.abort());
  await page.getByRole("link", { name: "Next month" }).click();
  await expect(page.getByRole("alert")).toContainText("Quince could not be reached");
  await expect(page.getByRole("heading", { name: "December 2026" })).toBeVisible();
  await expect(times(page).first()).toBeVisible();
  await page.unroute("**/free-month*");
  await page.getByRole("link", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { name: "January 2027" })).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
  complaints.length = 0;
});

test("what was typed stays when another time is chosen @script", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
  await visit(page, `${demo.app}/book/intro-call?zone=Europe/Berlin`);
  await times(page).first().click();
  await usable(page);
  await page.getByLabel("Name").fill("Ada Byron");
  await page.getByLabel("Anything we should know").fill("Two lines\nof notes");
  await page.getByRole("link", { name: "Back to the times" }).click();
  await usable(page);
  await times(page).nth(1).click();
  await usable(page);
  await expect(page.getByLabel("Name")).toHaveValue("Ada Byron");
  await expect(page.getByLabel("Anything we should know")).toHaveValue("Two lines\nof notes");
  await page.getByLabel("Email").fill("ada@client.example");
  await page.getByRole("button", { name: "Book this time" }).click();
  await expect(page.getByRole("heading", { name: "You are booked" })).toBeVisible();
  // It is forgotten once it is accepted.
  await visit(page, `${demo.app}/book/intro-call?zone=Europe/Berlin`);
  await times(page).first().click();
  await usable(page);
  await expect(page.getByLabel("Name")).toHaveValue("");
});

test("a form that does not reach the server stays as it is, and is sent once when it is pressed twice @script", async ({ page, ownDemo: { is: demo }, visit, usable, complaints }) => {
  await signIn(page, demo);
  await visit(page, `${demo.app}/team`);
  await page.getByLabel("Name").fill("Lena Fischer");
  await page.getByLabel("Email address").fill("lena@quince.example");
  await page.getByLabel("First password").fill("plum tree in the yard");
  const add = page.getByRole("button", { name: "Add to the team" });
  await page.route("**/add-staff", (route) => route.abort());
  await add.click();
  await expect(page.getByRole("alert")).toContainText("Quince could not be reached");
  await expect(page.getByLabel("Name")).toHaveValue("Lena Fischer");
  await expect(page.getByLabel("First password")).toHaveValue("plum tree in the yard");
  await page.unroute("**/add-staff");

  let sent = 0;
  await page.route("**/add-staff", async (route) => {
    sent += 1;
    await new Promise((done) => setTimeout(done, 500));
    await route.continue();
  });
  await add.dblclick();
  await expect(page.getByText("Lena Fischer can sign in now.")).toBeVisible();
  await usable(page);
  expect(sent).toBe(1);
  complaints.length = 0;
});

test("the browser's zone is proposed where the address names none @script", async ({ page, demo: { is: demo }, visit }) => {
  await page.goto(`${demo.app}/book/intro-call`);
  await expect(page).toHaveURL(/zone=Europe%2FBerlin/);
  await expect(page.locator(".day-times")).toContainText("Europe/Berlin");
});
