// From an empty server to an event in iCloud and back: the owner sets up and connects, a client books, moves, cancels.
import type { Page } from "@playwright/test";
import { addEvent, events, stamp } from "../helpers/icloud";
import type { Empty } from "../helpers/servers";
import { expect, test } from "../helpers/test";

const WRONG = "abcd-efgh-ijkl-mnop";

type Usable = (page: Page) => Promise<void>;
type Visit = (page: Page, address: string) => Promise<void>;

async function setUp(page: Page, { app }: Empty, visit: Visit, usable: Usable) {
  await visit(page, app);
  await page.getByLabel("Name of your business").fill("Orchard Studio");
  await page.getByLabel("Your name").fill("Ada Byron");
  await page.getByLabel("Email address").fill("ada@quince.example");
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByLabel("Time zone").selectOption("UTC");
  await page.getByRole("button", { name: "Create workspace" }).click();
  await expect(page).toHaveURL(/\/connect-icloud/);
  await usable(page);
}

async function connect(page: Page, empty: Empty, visit: Visit, usable: Usable) {
  // The first step says how to get an app-specific password (D7).
  await expect(page.getByRole("link", { name: "account.apple.com" })).toHaveAttribute("href", "https://account.apple.com");
  for (const words of ["two-factor authentication", "App-Specific Passwords", "Generate an app-specific password", "Give it a label"]) {
    await expect(page.getByText(words).first()).toBeVisible();
  }
  await page.getByRole("link", { name: "I have the password" }).click();
  await usable(page);

  await page.getByLabel("iCloud email address").fill(empty.apple_id);
  await page.getByLabel("App-specific password").fill(WRONG);
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("iCloud did not accept this login");
  await expect(page.getByLabel("iCloud email address")).toHaveValue(empty.apple_id);
  await usable(page);

  // Nothing was saved.
  await visit(page, `${empty.app}/settings/integrations`);
  await expect(page.getByRole("link", { name: "Connect", exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Check now" })).toHaveCount(0);
  await visit(page, `${empty.app}/connect-icloud?step=2`);

  await page.getByLabel("iCloud email address").fill(empty.apple_id);
  await page.getByLabel("App-specific password").fill(empty.app_password);
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(page.getByText("Your iCloud is connected.")).toBeVisible();
  await usable(page);

  const primary = page.locator("section", { has: page.getByRole("heading", { name: "Primary calendar" }) });
  await primary.getByLabel("Work").check();
  const conflicts = page.locator("section", { has: page.getByRole("heading", { name: "Check for conflicts" }) });
  await conflicts.getByLabel("Home").check();
  await conflicts.getByLabel("Family").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { name: "You are ready to be booked" })).toBeVisible();
}

async function createBookingCalendar(page: Page, app: string, visit: Visit) {
  await visit(page, `${app}/booking-calendars/new`);
  await page.getByLabel("Name", { exact: true }).fill("Intro call");
  await page.getByRole("button", { name: "Create booking calendar" }).click();
  await expect(page).toHaveURL(/\/booking-calendars$/);
  await expect(page.getByRole("link", { name: "Intro call", exact: true })).toBeVisible();
}

async function freeSlots(app: string): Promise<number[]> {
  const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
  const answer = await fetch(`${app}/api/v1/calendars/intro-call/free-slots?startDate=${day(1)}&endDate=${day(14)}`);
  const days = (await answer.json()) as Record<string, { slots: string[] }>;
  return Object.values(days).flatMap(({ slots }) => slots.map((slot) => Date.parse(slot)));
}

const ours = async (empty: Empty) => (await events(empty, "Work")).filter((text) => text.includes("Grace Hopper"));

test("from an empty server to an event in iCloud that moves and goes (D2, D3, D5, D7, D8, D9)", async ({ page, empty, visit, usable }) => {
  test.slow();
  const { app } = empty.is;
  await setUp(page, empty.is, visit, usable);
  await connect(page, empty.is, visit, usable);
  await createBookingCalendar(page, app, visit);

  // An event in a conflict calendar takes its time off the public page.
  await expect.poll(async () => (await freeSlots(app)).length).toBeGreaterThan(3);
  const [taken] = await freeSlots(app);
  await addEvent(empty.is, "Home", "Plumber", new Date(taken), new Date(taken + 30 * 60_000));
  await visit(page, `${app}/settings/integrations`);
  await page.getByRole("button", { name: "Check now" }).click();
  await expect(page.getByText("Checked: Quince is up to date with iCloud.")).toBeVisible();
  expect(await freeSlots(app)).not.toContain(taken);

  // A client books the first time that the page offers.
  await visit(page, `${app}/book/intro-call`);
  const time = page.locator("a.time").first();
  const start = new Date((await time.getAttribute("data-start"))!);
  expect(start.getTime()).not.toBe(taken);
  await time.click();
  await usable(page);
  await page.getByLabel("Name").fill("Grace Hopper");
  await page.getByLabel("Email").fill("grace@client.example");
  await page.getByRole("button", { name: "Book this time" }).click();
  await expect(page.getByRole("heading", { name: "You are booked" })).toBeVisible();
  await expect.poll(async () => (await ours(empty.is)).length, { timeout: 20_000 }).toBe(1);
  const [written] = await ours(empty.is);
  expect(written).toContain(`DTSTART:${stamp(start)}`);
  expect(written).not.toContain("ATTENDEE");
  expect(written).not.toContain("ORGANIZER");
  expect(await freeSlots(app)).not.toContain(start.getTime());

  // Moves it with the own link.
  await page.getByRole("link", { name: "Reschedule or cancel" }).click();
  await usable(page);
  const manage = page.url();
  await page.getByRole("link", { name: "Reschedule" }).click();
  await usable(page);
  const other = page.locator("a.time").nth(1);
  const moved = new Date((await other.getAttribute("data-start"))!);
  await other.click();
  await usable(page);
  await page.getByRole("button", { name: /Move|Reschedule/ }).click();
  await expect.poll(async () => (await ours(empty.is))[0], { timeout: 20_000 }).toContain(`DTSTART:${stamp(moved)}`);
  expect(await ours(empty.is)).toHaveLength(1);

  // And cancels it.
  await visit(page, manage);
  await page.getByRole("link", { name: /Cancel/ }).click();
  await usable(page);
  await page.getByRole("button", { name: /Cancel/ }).click();
  await expect(page.getByText(/cancelled/i).first()).toBeVisible();
  await expect.poll(async () => (await ours(empty.is)).length, { timeout: 20_000 }).toBe(0);
  expect(empty.log()).not.toContain(empty.is.app_password);
});
