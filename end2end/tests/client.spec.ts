// What can go wrong while a client books: each has its own sentence, and nothing typed is lost.
import type { Page } from "@playwright/test";
import { bookByApi, freeTimes, signIn } from "../helpers/people";
import type { Demo } from "../helpers/servers";
import { expect, test } from "../helpers/test";

const TYPED = { Name: "Grace Hopper", Email: "grace@client.example", Phone: "+49 30 1234567", "Anything we should know": "Two lines\nof notes" };

const bookingPage = (demo: Demo, query = "") => `${demo.app}/book/intro-call?zone=Europe/Berlin${query}`;

// As in a browser that takes no cookies, nothing is held: the tests of a worker share a workspace, and a time that one of them
// holds a moment after its page was shown is not free to the next.
test.beforeEach(({ page }) => page.route("**/hold-time*", (route) => route.fulfill({ status: 429 })));

/** Chooses the first time on offer and answers which it is. */
async function choose(page: Page, usable: (page: Page) => Promise<void>): Promise<string> {
  const time = page.locator("a.time").first();
  const start = (await time.getAttribute("data-start"))!;
  await time.click();
  await expect(page.getByRole("heading", { name: "Your details" })).toBeVisible();
  await usable(page);
  return start;
}

async function fill(page: Page): Promise<void> {
  for (const [label, text] of Object.entries(TYPED)) {
    await page.getByLabel(label).fill(text);
  }
}

async function expectTyped(page: Page, typed: Record<string, string> = TYPED): Promise<void> {
  for (const [label, text] of Object.entries(typed)) {
    await expect(page.getByLabel(label)).toHaveValue(text);
  }
}

/** Types what a browser's own limits would not let through, as a script or an old page could. */
async function force(page: Page, label: string, text: string): Promise<void> {
  await page.getByLabel(label).evaluate((field, value) => {
    const input = field as HTMLInputElement;
    input.removeAttribute("maxlength");
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, text);
}

test("a time that is taken meanwhile loses nothing that was typed, and others are offered", async ({ page, demo, visit, usable }) => {
  await visit(page, bookingPage(demo.is));
  const start = await choose(page, usable);
  await fill(page);
  await bookByApi(demo.is, "intro-call", start);
  await page.getByRole("button", { name: "Book this time" }).click();

  await expect(page.getByRole("alert")).toContainText("no longer free");
  await expect(page.getByRole("alert")).toContainText("what you typed is kept");
  await expect(page.locator(`a.time[data-start="${start}"]`)).toHaveCount(0);
  await usable(page);
  expect(await choose(page, usable)).not.toBe(start);
  await expectTyped(page);
  await page.getByRole("button", { name: "Book this time" }).click();
  await expect(page.getByRole("heading", { name: "You are booked" })).toBeVisible();
});

for (const [what, date, start, sentence] of [
  ["that is over", "2026-11-30", "2026-11-30T15:00:00Z", "has passed"],
  ["that is not on the grid", "2026-12-03", "2026-12-03T15:07:00Z", "never available"],
  ["that is no time at all", "2026-12-03", "noon", "not a valid time"],
]) {
  test(`a start ${what} is refused in a sentence, and times are offered`, async ({ page, demo, visit }) => {
    await visit(page, bookingPage(demo.is, `&date=${date}&start=${encodeURIComponent(start)}`));
    await expect(page.getByRole("alert")).toContainText(sentence);
    await expect(page.getByRole("heading", { name: "Your details" })).toHaveCount(0);
    await page.getByRole("link", { name: /free times?$/ }).first().click();
    await expect(page.locator("a.time").first()).toBeVisible();
  });
}

test("a zone that nobody knows is named, and times are shown in another", async ({ page, demo, visit }) => {
  await visit(page, `${demo.is.app}/book/intro-call?zone=Mars/Olympus`);
  await expect(page.getByRole("status").filter({ hasText: "Mars/Olympus" })).toContainText("Times are shown in America/New_York");
  await expect(page.locator("a.time").first()).toBeVisible();
});

test("a name that is too long is refused in a sentence, and everything typed is kept", async ({ page, demo, visit, usable }) => {
  const long = "Ada ".repeat(60).trim();
  await visit(page, bookingPage(demo.is));
  await choose(page, usable);
  await fill(page);
  await force(page, "Name", long);
  await page.getByRole("button", { name: "Book this time" }).click();
  await expect(page.getByRole("alert")).toContainText("Please shorten");
  await expectTyped(page, { ...TYPED, Name: long });
});

test("control characters are refused in a sentence, and everything typed is kept", async ({ page, demo, visit, usable }) => {
  const odd = "Ada\u0007Byron";
  await visit(page, bookingPage(demo.is));
  await choose(page, usable);
  await fill(page);
  await force(page, "Name", odd);
  await page.getByRole("button", { name: "Book this time" }).click();
  await expect(page.getByRole("alert")).toContainText("without special control characters");
  await expectTyped(page, { ...TYPED, Name: odd });
});

test("the zone can be changed, and the times follow", async ({ page, demo, visit }) => {
  await visit(page, bookingPage(demo.is));
  const time = page.locator("a.time").first();
  const start = (await time.getAttribute("data-start"))!;
  const label = await time.innerText();
  await page.getByLabel("Time zone").selectOption("Asia/Tokyo");
  // With script the choice alone is enough, and the button is not shown.
  const change = page.getByRole("button", { name: "Change" });
  if (await change.isVisible()) {
    await change.click();
  }
  await expect(page).toHaveURL(/zone=Asia/);
  await expect(page.locator(".day-times")).toContainText("Asia/Tokyo");
  const same = page.locator(`a.time[data-start="${start}"]`);
  await expect(same.or(page.locator("a.time")).first()).not.toHaveText(label);
});

test("a link that belongs to no appointment says so", async ({ page, demo, visit }) => {
  await visit(page, `${demo.is.app}/manage/${"A".repeat(43)}`);
  await expect(page.getByRole("heading", { level: 1, name: "Not found" })).toBeVisible();
  await expect(page.getByRole("alert")).toContainText("the link is not complete");
  expect((await fetch(page.url())).status).toBe(404);
});

test("an address that names what is not offered any more leads back to the menu, with what is left ticked", async ({ page, demo, visit }) => {
  const menu = `${demo.is.app}/book/photo-shoot?zone=Europe/Berlin`;
  await visit(page, menu);
  const first = page.locator('#menu input[type="checkbox"]').first();
  await expect(first).not.toBeChecked();
  const known = await page.locator('#menu input[type="hidden"][name$="[service]"]').first().getAttribute("value");
  const gone = "00000000-0000-7000-8000-000000000000";
  for (const [visits, ticked] of [
    ["nonsense", false],
    [gone, false],
    [`${known},${gone}`, true],
    [Array(11).fill(known).join(","), true],
  ] as const) {
    await visit(page, `${menu}&visit=${visits}`);
    await expect(page.getByRole("heading", { name: "What would you like?" })).toBeVisible();
    await expect(page.getByRole("status").filter({ hasText: /choose/i }).first()).toBeVisible();
    await expect(first).toBeChecked({ checked: ticked });
  }
  await page.getByRole("button", { name: "Show free times" }).click();
  await expect(page.locator("a.time").first()).toBeVisible();
});

test("a person who is not there is dropped from the address with a sentence, and nowhere else matters", async ({ page, demo, visit }) => {
  const nobody = "00000000-0000-7000-8000-000000000000";
  await visit(page, `${demo.is.app}/book/consultation?zone=Europe/Berlin&host=${nobody}`);
  await expect(page.getByText("can no longer be booked here")).toBeVisible();
  await expect(page.locator("a.time").first()).toBeVisible();
  await visit(page, `${demo.is.app}/book/intro-call?zone=Europe/Berlin&host=${nobody}`);
  await expect(page.getByText("can no longer be booked here")).toHaveCount(0);
  await expect(page.locator("a.time").first()).toBeVisible();
});

test("a client is told in advance until when an appointment can be changed", async ({ page, demo, visit }) => {
  const start = await freeTimes(demo.is.app, "follow-up-with-jonas", "2027-01-11", "2027-01-15");
  const manage = await bookByApi(demo.is, "follow-up-with-jonas", start[0]);
  await visit(page, manage);
  await expect(page.getByText(/You can (move or )?cancel it until/)).toBeVisible();
});

test("a booking calendar that is switched off says that it cannot be booked at present", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
  const [start] = await freeTimes(demo.app, "intro-call", "2027-01-12", "2027-01-12");
  const manage = await bookByApi(demo, "intro-call", start);
  await signIn(page, demo);
  await visit(page, `${demo.app}/booking-calendars`);
  await page.getByRole("link", { name: "Intro call", exact: true }).click();
  await usable(page);
  await page.getByLabel("Clients can book it").uncheck();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page).toHaveURL(/\/booking-calendars$/);
  await visit(page, `${demo.app}/book/intro-call`);
  await expect(page.getByRole("heading", { level: 1, name: "Intro call" })).toBeVisible();
  await expect(page.getByText("This cannot be booked right now.")).toBeVisible();
  await visit(page, `${manage}/reschedule`);
  await expect(page.getByRole("heading", { level: 1, name: "Reschedule" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Not found" })).toHaveCount(0);
});
