// What the team does: sees appointments and events, keeps iCloud connected, changes hours, adds people.
import type { Locator, Page } from "@playwright/test";
import { events } from "../helpers/icloud";
import { asJonas, bookByApi, CLIENT, cloudOf, freeTimes, JONAS, signIn } from "../helpers/people";
import type { Demo } from "../helpers/servers";
import { expect, test } from "../helpers/test";

const ours = async (demo: Demo, calendar = "Work") =>
  (await events(cloudOf(demo), calendar)).filter((text) => text.includes(CLIENT));
const startOf = (event: string) => /DTSTART[^:]*:(\S+)/.exec(event)?.[1];
const card = (page: Page, title: string | RegExp) => page.locator("section", { has: page.getByRole("heading", { name: title }) });

/** Loads the page again until it shows this: Quince writes to iCloud on its own time. */
async function expectOnReload(page: Page, shown: Locator): Promise<void> {
  await expect(async () => {
    await page.reload();
    await expect(shown).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
}

test("the calendar view shows appointments beside events from iCloud (D5)", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
  await signIn(page, demo);
  await visit(page, `${demo.app}/calendar?date=2026-12-03`);
  await page.getByRole("navigation", { name: "Whose calendar" }).getByRole("link", { name: "Team" }).click();
  await expect(page.locator('.block[data-kind="appointment"]', { hasText: CLIENT })).toBeVisible();
  await expect(page.locator('.block[data-kind="external"]', { hasText: "Priya:" }).first()).toBeVisible();
  await usable(page);
  await page.getByRole("link", { name: "Jonas Okafor" }).click();
  await expect(page.locator('.block[data-kind="external"]', { hasText: "Priya:" })).toHaveCount(0);
  await expect(page.locator('.block[data-kind="external"]', { hasText: "Jonas:" }).first()).toBeVisible();
  await usable(page);
  await page.getByRole("link", { name: "Day", exact: true }).click();
  await expect(page.locator(".week-day")).toHaveCount(1);

  await visit(page, `${demo.app}/appointments`);
  await page.getByRole("link", { name: CLIENT }).click();
  await expect(page.getByRole("heading", { level: 1, name: CLIENT })).toBeVisible();
  await expect(page.getByText("Written to iCloud")).toBeVisible();
});

test("an event moved in iCloud is noticed, changes nothing here, and is written again (D4)", async ({
  page,
  ownDemo: { is: demo },
  visit,
}) => {
  await signIn(page, asJonas(demo));
  await visit(page, `${demo.app}/appointments`);
  await page.getByRole("link", { name: CLIENT }).click();
  await expect(page.getByText("Written to iCloud")).toBeVisible();
  const appointment = page.url();
  const when = await page.locator(".page-head .lead").innerText();
  const original = (await ours(demo)).map(startOf);

  await page.goto(`${new URL(demo.sandbox).origin}/practice`);
  const event = page.getByRole("listitem").filter({ hasText: CLIENT });
  await event.locator("summary").click();
  await event.getByLabel("Begins at").fill("06:30");
  await event.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The event has been changed.")).toBeVisible();
  expect((await ours(demo)).map(startOf)).not.toEqual(original);

  await visit(page, `${demo.app}/settings/integrations`);
  await page.getByRole("button", { name: "Check now" }).click();
  await expect(page.getByText("Checked: Quince is up to date with iCloud.")).toBeVisible();
  await visit(page, `${demo.app}/appointments`);
  await expect(page.getByRole("listitem").filter({ hasText: CLIENT })).toContainText("Changed in iCloud");
  await visit(page, appointment);
  await expect(page.getByText("Changed in iCloud", { exact: true })).toBeVisible();
  await expect(page.locator(".page-head .lead")).toHaveText(when);
  await page.getByRole("button", { name: "Write again" }).click();
  await expect.poll(async () => (await ours(demo)).map(startOf), { timeout: 20_000 }).toEqual(original);
  await expectOnReload(page, page.getByText("Written to iCloud", { exact: true }));
});

for (const [choice, left] of [
  ["Leave them in iCloud", 1],
  ["Remove them from iCloud", 0],
] as const) {
  test(`disconnecting does what it says: ${choice} (D10)`, async ({ page, ownDemo: { is: demo }, visit, usable }) => {
    await signIn(page, asJonas(demo));
    await visit(page, `${demo.app}/settings/integrations`);
    await page.getByRole("link", { name: "Disconnect" }).click();
    await usable(page);
    await expect(page.getByText("The stored password is erased.")).toBeVisible();
    await page.getByLabel(choice).check();
    await page.getByRole("button", { name: "Disconnect" }).click();
    await expect(page.getByRole("link", { name: "Connect", exact: true })).toBeVisible();
    await expect.poll(async () => (await ours(demo)).length, { timeout: 20_000 }).toBe(left);
    await visit(page, `${demo.app}/appointments`);
    await expect(page.getByRole("link", { name: CLIENT })).toBeVisible();

    // Connecting again is the same wizard.
    await visit(page, `${demo.app}/connect-icloud?step=2`);
    await page.getByLabel("iCloud email address").fill(JONAS.apple_id);
    await page.getByLabel("App-specific password").fill(JONAS.app_password);
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await expect(page.getByText("Your iCloud is connected.")).toBeVisible();
  });
}

test("a revoked password asks for a new one, and every choice stays", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
  await signIn(page, asJonas(demo));
  const practice = `${new URL(demo.sandbox).origin}/practice`;
  await page.goto(practice);
  await page.getByRole("button", { name: /Revoke it ?: the password of Jonas/ }).click();
  await visit(page, `${demo.app}/settings/integrations`);
  await page.getByRole("button", { name: "Check now" }).click();
  // One refusal can be the server's mistake.
  await expect(page.getByText("Trying again")).toBeVisible();
  await usable(page);
  await page.getByRole("button", { name: "Check now" }).click();
  await expect(page.getByText("Needs attention")).toBeVisible();
  await expect(page.getByText("Quince cannot sign in to iCloud")).toBeVisible();
  await usable(page);
  await page.goto(practice);
  await page.getByRole("button", { name: /Let it work again ?: the password of Jonas/ }).click();
  await visit(page, `${demo.app}/settings/integrations`);
  await page.getByLabel("App-specific password").fill(JONAS.app_password);
  await page.getByRole("button", { name: "Reconnect" }).click();
  await expect(page.getByText("Your iCloud is connected again.")).toBeVisible();
  await expect(page.getByText("Connected", { exact: true })).toBeVisible();
  await visit(page, `${demo.app}/settings/calendar-configuration`);
  await expect(card(page, "Primary Calendar")).toContainText("Appointments are written to Work");
});

test("Calendar Configuration changes the primary calendar, the conflict calendars and the rules (D9, D6)", async ({
  page,
  ownDemo: { is: demo },
  visit,
  usable,
}) => {
  await signIn(page, asJonas(demo));
  await visit(page, `${demo.app}/settings/calendar-configuration`);
  await card(page, "Primary Calendar").getByRole("link", { name: "Edit" }).click();
  await expect(page.getByRole("radio", { name: "Home" })).toBeVisible();
  await usable(page);
  await page.getByRole("radio", { name: "Home" }).check();
  await card(page, "Primary Calendar").getByRole("button", { name: "Save" }).click();
  await expect(card(page, "Primary Calendar")).toContainText("Appointments are written to Home");
  // Those to come move along.
  await expect.poll(async () => (await ours(demo, "Home")).length, { timeout: 20_000 }).toBe(1);
  await expect.poll(async () => (await ours(demo, "Work")).length, { timeout: 20_000 }).toBe(0);

  await visit(page, `${demo.app}/settings/calendar-configuration`);
  await card(page, "Check for conflicts").getByRole("checkbox", { name: "Family" }).uncheck();
  await page.getByRole("button", { name: "Save conflict calendars" }).click();
  await expect(card(page, "Check for conflicts").getByText("Saved.")).toBeVisible();
  await usable(page);
  await page.getByLabel("Keep as first imported").check();
  await page.getByLabel("Stop offering me").check();
  await page.getByRole("button", { name: "Save rules" }).click();
  await expect(card(page, "Rules").getByText("Saved.")).toBeVisible();
  await visit(page, `${demo.app}/settings/calendar-configuration`);
  await expect(page.getByLabel("Keep as first imported")).toBeChecked();
  await expect(page.getByLabel("Stop offering me")).toBeChecked();
  await expect(card(page, "Check for conflicts").getByRole("checkbox", { name: "Family" })).not.toBeChecked();
});

test("the free times follow the hours in My Profile", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
  const wednesday = async () => {
    const starts = await freeTimes(demo.app, "follow-up-with-jonas", "2026-12-16", "2026-12-16", "America/New_York");
    return starts.map((start) => start.slice(11, 16));
  };
  expect((await wednesday()).some((time) => time < "13:00")).toBe(true);
  await signIn(page, asJonas(demo));
  await visit(page, `${demo.app}/settings/profile`);

  // What cannot be understood names its day and stays as it was typed.
  await page.getByLabel("Wednesday, from").fill("");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("alert")).toContainText("Wednesday: enter when it starts");
  await expect(page.getByLabel("Wednesday, to")).toHaveValue("17:00");
  await usable(page);

  await page.getByLabel("Wednesday, from").fill("13:00");
  await page.getByLabel("Date 1, from").fill("");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  const times = await wednesday();
  expect(times.length).toBeGreaterThan(0);
  expect(times.every((time) => time >= "13:00")).toBe(true);
});

test("somebody who joins the team signs in; a wrong password says so and keeps the address", async ({
  page,
  ownDemo: { is: demo },
  visit,
  usable,
}) => {
  await signIn(page, demo);
  await visit(page, `${demo.app}/team`);
  await page.getByLabel("Name").fill("Lena Fischer");
  await page.getByLabel("Email address").fill("lena@quince.example");
  await page.getByLabel("First password").fill("short");
  await page.getByRole("button", { name: "Add to the team" }).click();
  await expect(page.getByRole("alert")).toContainText("Choose a password of at least");
  await usable(page);
  await expect(page.getByLabel("Name")).toHaveValue("Lena Fischer");
  await expect(page.getByLabel("Email address")).toHaveValue("lena@quince.example");
  await page.getByLabel("First password").fill("plum tree in the yard");
  await page.getByRole("button", { name: "Add to the team" }).click();
  await expect(page.getByText("Lena Fischer can sign in now.")).toBeVisible();
  await usable(page);

  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/sign-in/);
  await visit(page, `${demo.app}/settings/profile`);
  await expect(page).toHaveURL(/sign-in\?to=/);
  await page.getByLabel("Email address").fill("lena@quince.example");
  await page.getByLabel("Password").fill("not her password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByLabel("Email address")).toHaveValue("lena@quince.example");
  await usable(page);
  await page.getByLabel("Password").fill("plum tree in the yard");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/settings\/profile/);
  await expect(page.getByLabel("Name")).toHaveValue("Lena Fischer");
});

test("a team member moves and cancels an appointment, and iCloud follows (D3)", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
  await signIn(page, asJonas(demo));
  await visit(page, `${demo.app}/appointments`);
  await page.getByRole("link", { name: CLIENT }).click();
  await usable(page);
  const [before] = (await ours(demo)).map(startOf);
  await page.getByLabel("Date").fill("2026-12-16");
  await page.getByLabel("Time", { exact: true }).fill("14:20");
  await page.getByRole("button", { name: "Move appointment" }).click();
  await expect(page.getByText("Moved. The client has been notified.")).toBeVisible();
  await expect.poll(async () => (await ours(demo)).map(startOf), { timeout: 20_000 }).not.toEqual([before]);
  expect(await ours(demo)).toHaveLength(1);
  await usable(page);
  await page.getByLabel("Reason").fill("Jonas is ill");
  await page.getByRole("button", { name: "Cancel appointment" }).click();
  await expect(page.getByText("Cancelled. The client has been notified.")).toBeVisible();
  await expect.poll(async () => (await ours(demo)).length, { timeout: 20_000 }).toBe(0);
});

test("an event says why it blocks, and a team member sees nobody else's", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
  await signIn(page, asJonas(demo));
  await visit(page, `${demo.app}/calendar?date=2026-12-03`);
  await expect(page.getByRole("navigation", { name: "Whose calendar" })).toHaveCount(0);
  await page.getByRole("link", { name: "Site visit" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Site visit" })).toBeVisible();
  await expect(page.getByText("It is shown as busy in your calendar.")).toBeVisible();
  await usable(page);
  await page.getByRole("link", { name: "Back to the calendar" }).click();
  await expect(page.locator(".week-day")).toHaveCount(7);
});

test("another CalDAV server is connected; a wrong password keeps what was typed", async ({ page, ownDemo: { is: demo }, visit }) => {
  await signIn(page, demo);
  await visit(page, `${demo.app}/settings/integrations`);
  await page.getByRole("link", { name: "Connect another CalDAV server" }).click();
  await page.getByLabel("Address of the server").fill(`${demo.sandbox}/`);
  await page.getByLabel("User name").fill(demo.apple_id);
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(page.getByText("The calendar server did not accept this login.")).toBeVisible();
  await expect(page.getByLabel("User name")).toHaveValue(demo.apple_id);
  await page.getByLabel("Password").fill(demo.app_password);
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Primary calendar" })).toBeVisible();
  await expect(page.getByText(`127.0.0.1 · ${demo.apple_id}`).first()).toBeVisible();
});

test("a Simple calendar says where iCloud plays no part (D1)", async ({ page, ownDemo: { is: demo }, visit }) => {
  const [start] = await freeTimes(demo.app, "studio-tour", "2026-12-07", "2026-12-18");
  await bookByApi(demo, "studio-tour", start);
  await signIn(page, demo);
  const says = page.getByText(/A Simple calendar has no assigned member/i).first();
  await visit(page, `${demo.app}/appointments`);
  await page.getByRole("listitem").filter({ hasText: "Studio tour" }).getByRole("link", { name: "Somebody Else" }).click();
  await expect(says).toBeVisible();
  await expect(page.locator("dt", { hasText: /^Host$/ })).toHaveCount(0);
  await visit(page, `${demo.app}/booking-calendars`);
  await page.getByRole("link", { name: "Studio tour", exact: true }).click();
  await page.getByRole("link", { name: "Why not?" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Why not?" })).toBeVisible();
  await expect(says).toBeVisible();
  for (const place of ["calendar-configuration", "integrations"]) {
    await visit(page, `${demo.app}/settings/${place}`);
    await expect(page.getByText(/a Simple calendar has no assigned member/), place).toBeVisible();
  }
  // The appointment is nobody's, and yet the owner sees it among their own.
  await visit(page, `${demo.app}/calendar?date=${start.slice(0, 10)}`);
  await expect(page.locator('.block[data-kind="appointment"]', { hasText: "Somebody Else" })).toBeVisible();
});

test("why a time is not offered is told start by start, with the event in the way", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
  await signIn(page, asJonas(demo));
  await visit(page, `${demo.app}/booking-calendars`);
  await page.getByRole("link", { name: "Follow-up with Jonas" }).click();
  await page.getByRole("link", { name: "Why not?" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Why not?" })).toBeVisible();
  await usable(page);
  await page.getByLabel("Day", { exact: true }).fill("2026-12-03");
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page.getByText("Thursday, 3 December 2026")).toBeVisible();
  await expect(page.getByText("Offered", { exact: true }).first()).toBeVisible();
  await page.locator("li.row", { hasText: "CONFLICT" }).getByRole("link", { name: "Site visit" }).first().click();
  await expect(page.getByRole("heading", { name: "Why it blocks" })).toBeVisible();
});
