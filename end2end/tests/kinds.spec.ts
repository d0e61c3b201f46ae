// Each kind of booking calendar from its creation to a booking to iCloud.
import type { Page } from "@playwright/test";
import { calendars, events } from "../helpers/icloud";
import { signIn } from "../helpers/people";
import type { Demo, Sandbox } from "../helpers/servers";
import { expect, expectAccessible, expectNoSidewaysScrolling, test } from "../helpers/test";

/** Members of the practice team who are connected. */
const JONAS = { apple_id: "jonas@icloud.example", app_password: "oaks-pear-plum-figs" };
const PRIYA = { apple_id: "priya@icloud.example", app_password: "mint-sage-dill-bays" };

type Visit = (page: Page, address: string) => Promise<void>;
type Usable = (page: Page) => Promise<void>;

/** Looks at a page as it is now on a phone and at a desk. The tool that judges it needs script in the page. */
async function look(page: Page, javaScriptEnabled: boolean | undefined): Promise<void> {
  if (!javaScriptEnabled) {
    return;
  }
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await expectNoSidewaysScrolling(page);
    await expectAccessible(page);
  }
}

/** The titles of what lies in all calendars of a member and holds this text. */
async function titles(demo: Demo, who: typeof JONAS, text: string): Promise<string[]> {
  const cloud: Sandbox = { ...demo, ...who };
  const names = [...(await calendars(cloud)).keys()];
  const all = await Promise.all(names.map((name) => events(cloud, name)));
  return all
    .flat()
    .filter((event) => event.includes(text))
    .map((event) => /SUMMARY:(.*)/.exec(event)?.[1].trim() ?? "");
}

/** Makes a booking calendar with exactly these members; answers the address of its page. */
async function create(page: Page, demo: Demo, visit: Visit, name: string, kind: string, members: string[], more = async () => {}) {
  await visit(page, `${demo.app}/booking-calendars/new`);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("radio", { name: kind, exact: true }).check();
  for (const person of ["Maya Lopez", "Jonas Okafor", "Priya Raman"]) {
    const box = page.getByRole("checkbox", { name: person });
    if (await box.isVisible()) {
      await box.setChecked(members.includes(person));
    }
  }
  await more();
  await page.getByRole("button", { name: "Create booking calendar" }).click();
  await expect(page).toHaveURL(/\/booking-calendars$/);
  return `${demo.app}/book/${name.toLowerCase().replaceAll(" ", "-")}?zone=Europe/Berlin`;
}

/** Opens a booking page on the month after next, where everybody has time, and chooses a time by its place. */
async function choose(page: Page, usable: Usable, address: string, place = 0): Promise<void> {
  await page.goto(`${address}&month=2027-01`);
  await usable(page);
  await page.locator("a.time").nth(place).click();
  await usable(page);
}

async function book(page: Page, name: string, button = "Book this time"): Promise<void> {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Email").fill(`${name.toLowerCase()}@client.example`);
  await page.getByRole("button", { name: button }).click();
}

test("a class: seats, one event, a waiting list, cancelling the session", async ({ page, ownDemo: { is: demo }, visit, usable, javaScriptEnabled }) => {
  test.setTimeout(180_000);
  await signIn(page, demo);
  const yoga = await create(page, demo, visit, "Yoga", "Class Booking", ["Jonas Okafor"], async () => {
    await page.getByLabel("Seats of a session").fill("2");
  });
  await choose(page, usable, yoga);
  await expect(page.locator(".chosen")).toContainText("2 seats left");
  await book(page, "Ada");
  await expect(page.getByRole("heading", { name: "You are booked" })).toBeVisible();
  const ada = page.url().replace("/booked/", "/manage/");
  await choose(page, usable, yoga);
  await expect(page.locator(".chosen")).toContainText("1 seat left");
  await book(page, "Grace");
  await expect(page.getByRole("heading", { name: "You are booked" })).toBeVisible();
  await expect.poll(() => titles(demo, JONAS, "ada@client.example"), { timeout: 20_000 }).toEqual(["Yoga 2/2"]);

  await page.goto(`${yoga}&month=2027-01`);
  await usable(page);
  await expect(page.locator("a.time").first()).toContainText("Full");
  await look(page, javaScriptEnabled);
  await choose(page, usable, yoga);
  await look(page, javaScriptEnabled);
  await book(page, "Edsger", "Join the waiting list");
  await expect(page.getByRole("heading", { name: "You are on the waiting list" })).toBeVisible();
  await expect(page.getByText("You are first on the list.")).toBeVisible();
  await usable(page);
  await look(page, javaScriptEnabled);

  await visit(page, `${ada}/cancel`);
  await page.getByRole("button", { name: "Cancel appointment" }).click();
  await expect(page.getByRole("heading", { name: "Cancelled" })).toBeVisible();
  await expect.poll(() => titles(demo, JONAS, "edsger@client.example"), { timeout: 20_000 }).toEqual(["Yoga 2/2"]);

  await visit(page, `${demo.app}/appointments`);
  await page.getByRole("link", { name: "Edsger" }).click();
  await usable(page);
  await page.getByRole("link", { name: "The whole session" }).click();
  await usable(page);
  await expect(page.getByText("2 of 2 seats taken, with Jonas Okafor.")).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "Grace" })).toBeVisible();
  await look(page, javaScriptEnabled);
  await page.getByLabel("Reason").fill("The roof leaks");
  await page.getByRole("button", { name: "Cancel session" }).click();
  await expect(page.getByText("All attendees and the waiting list have been notified.")).toBeVisible();
  await expect.poll(() => titles(demo, JONAS, "grace@client.example"), { timeout: 20_000 }).toEqual([]);
});

test("a collective: an event for every member, and one of them exchanged", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
  await signIn(page, demo);
  const panel = await create(page, demo, visit, "Panel", "Collective", ["Jonas Okafor", "Priya Raman"]);
  await choose(page, usable, panel);
  await book(page, "Ada");
  await expect(page.getByRole("heading", { name: "You are booked" })).toBeVisible();
  await expect(page.getByText("Jonas Okafor, Priya Raman")).toBeVisible();
  for (const who of [JONAS, PRIYA]) {
    await expect.poll(() => titles(demo, who, "ada@client.example"), { timeout: 20_000 }).toEqual(["Panel: Ada"]);
  }
  await visit(page, `${demo.app}/booking-calendars`);
  await page.getByRole("link", { name: "Panel", exact: true }).click();
  await usable(page);
  await page.getByRole("checkbox", { name: "Maya Lopez" }).check();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page).toHaveURL(/\/booking-calendars$/);
  await visit(page, `${demo.app}/appointments`);
  await page.getByRole("link", { name: "Ada", exact: true }).click();
  await usable(page);
  await page.getByLabel("Host to replace").selectOption("Priya Raman");
  await page.getByLabel("New host").selectOption("Maya Lopez");
  await page.getByRole("button", { name: "Replace host", exact: true }).click();
  await expect(page.getByText("The host was replaced. Everybody concerned has been notified.")).toBeVisible();
  await expect.poll(() => titles(demo, PRIYA, "ada@client.example"), { timeout: 20_000 }).toEqual([]);
  expect(await titles(demo, JONAS, "ada@client.example")).toEqual(["Panel: Ada"]);
});

test("a menu: two services in one visit, a room, an event for each", async ({ page, ownDemo: { is: demo }, visit, usable, javaScriptEnabled }) => {
  test.setTimeout(180_000);
  await signIn(page, demo);
  await visit(page, `${demo.app}/settings/resources`);
  await page.getByLabel("Name 1").fill("Chair");
  await page.getByLabel("How many 1").fill("1");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  const salon = await create(page, demo, visit, "Salon", "Service", ["Jonas Okafor", "Priya Raman"]);
  await page.getByRole("link", { name: "Salon", exact: true }).click();
  await usable(page);
  await page.getByRole("link", { name: "Services", exact: true }).click();
  await usable(page);
  const add = page.locator("section", { has: page.getByRole("heading", { name: "Add a service" }) });
  for (const [name, person] of [
    ["Wash", "Jonas Okafor"],
    ["Cut", "Priya Raman"],
  ]) {
    await add.getByLabel("Name").fill(name);
    await add.getByRole("checkbox", { name: person }).check();
    await add.getByLabel("Chair, of 1").fill("1");
    await add.getByRole("button", { name: "Save" }).click();
    await expect(page.locator("summary", { hasText: `${name}, 30 minutes` })).toBeVisible();
    await usable(page);
  }
  await look(page, javaScriptEnabled);
  await visit(page, salon);
  await look(page, javaScriptEnabled);
  await page.getByRole("button", { name: "Show free times" }).click();
  await expect(page.getByText("Choose at least one service.")).toBeVisible();
  await usable(page);
  await page.getByRole("checkbox", { name: "Wash" }).check();
  await page.getByRole("checkbox", { name: "Cut" }).check();
  await page.getByRole("button", { name: "Show free times" }).click();
  await expect(page).toHaveURL(/visit=/);
  await usable(page);
  await look(page, javaScriptEnabled);
  await choose(page, usable, page.url());
  await book(page, "Ada");
  await expect(page.getByRole("heading", { name: "You are booked" })).toBeVisible();
  await expect(page.getByText("Wash, with Jonas Okafor")).toBeVisible();
  await expect.poll(() => titles(demo, JONAS, "ada@client.example"), { timeout: 20_000 }).toEqual(["Wash: Ada"]);
  await expect.poll(() => titles(demo, PRIYA, "ada@client.example"), { timeout: 20_000 }).toEqual(["Cut: Ada"]);
});

test("a menu on the staff's side: why a visit is not offered, and booked for a client all the same", async ({ page, ownDemo: { is: demo }, visit, usable, javaScriptEnabled }) => {
  test.setTimeout(180_000);
  await signIn(page, demo);
  await create(page, demo, visit, "Salon", "Service", ["Jonas Okafor", "Priya Raman"]);
  await page.getByRole("link", { name: "Salon", exact: true }).click();
  await usable(page);
  const editor = page.url();
  await page.getByRole("link", { name: "Services", exact: true }).click();
  await usable(page);
  const add = page.locator("section", { has: page.getByRole("heading", { name: "Add a service" }) });
  for (const [name, person] of [
    ["Wash", "Jonas Okafor"],
    ["Cut", "Priya Raman"],
  ]) {
    await add.getByLabel("Name").fill(name);
    await add.getByRole("checkbox", { name: person }).check();
    await add.getByRole("button", { name: "Save" }).click();
    await expect(page.locator("summary", { hasText: `${name}, 30 minutes` })).toBeVisible();
    await usable(page);
  }
  await visit(page, editor);
  await page.getByRole("link", { name: "Why not?" }).click();
  await usable(page);
  await expect(page.getByText("Choose the services")).toBeVisible();
  await page.getByLabel("Day", { exact: true }).fill("2026-12-02");
  await page.getByLabel("Wash").selectOption("With anyone");
  await page.getByLabel("Cut").selectOption("With Priya Raman");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await usable(page);
  await expect(page.getByLabel("Cut")).toHaveValue(/:/);
  await expect(page.locator(".row", { hasText: "Jonas Okafor, Priya Raman" }).first()).toContainText("Offered");
  await look(page, javaScriptEnabled);
  await visit(page, `${demo.app}/appointments/new`);
  await page.getByLabel("Booking calendar").selectOption("Salon");
  await page.getByLabel("Date").first().fill("2026-12-02");
  await page.getByRole("button", { name: "Show free times" }).click();
  await expect(page.getByText("Choose the services first.")).toBeVisible();
  await usable(page);
  await page.getByLabel("Wash").selectOption("With anyone");
  await page.getByLabel("Cut").selectOption("With anyone");
  await page.getByRole("button", { name: "Show free times" }).click();
  await expect(page.locator("a.time").first()).toBeVisible();
  await usable(page);
  await look(page, javaScriptEnabled);
  for (const [client, override] of [
    ["Ada", false],
    ["Ben", true],
  ] as const) {
    if (override) {
      await visit(page, `${demo.app}/appointments/new`);
      await page.getByLabel("Booking calendar").selectOption("Salon");
      await page.getByLabel("Date").first().fill("2026-12-02");
      await page.getByRole("button", { name: "Show free times" }).click();
      await usable(page);
      await page.getByLabel("Wash").selectOption("With anyone");
      await page.getByRole("button", { name: "Show free times" }).click();
      await expect(page.locator("a.time").first()).toBeVisible();
      await usable(page);
    } else {
      await page.locator("a.time").first().click();
      await usable(page);
      await expect(page.getByLabel("Time", { exact: true })).toHaveValue(/:/);
    }
    if (override) {
      await page.getByLabel("Time", { exact: true }).fill("06:00");
    }
    await page.getByLabel("Name", { exact: true }).fill(client);
    await page.getByLabel("Email").fill(`${client.toLowerCase()}@client.example`);
    if (override) {
      await page.getByRole("button", { name: "Book", exact: true }).click();
      await expect(page.getByText("not on offer").first()).toBeVisible();
      await usable(page);
      await expect(page.getByLabel("Name", { exact: true })).toHaveValue(client);
      await page.getByLabel("Book it even if the time is not free").check();
    }
    await page.getByRole("button", { name: "Book", exact: true }).click();
    await expect(page).toHaveURL(/appointments\/[0-9a-f-]{36}/);
    await expect(page.getByText(/Wash.*Jonas Okafor/).first()).toBeVisible();
  }
  await expect.poll(() => titles(demo, PRIYA, "ada@client.example"), { timeout: 20_000 }).toEqual(["Cut: Ada"]);
});

test("a simple calendar says that iCloud is not used, and is booked by its own hours (D1)", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
  await signIn(page, demo);
  await visit(page, `${demo.app}/booking-calendars/new`);
  await page.getByLabel("Name", { exact: true }).fill("Room");
  await page.getByRole("radio", { name: "Simple", exact: true }).check();
  await expect(page.getByText("it cannot use iCloud").first()).toBeVisible();
  await page.getByRole("button", { name: "Create booking calendar" }).click();
  await expect(page.getByRole("alert")).toContainText("Give it hours of its own");
  await usable(page);
  await expect(page.getByLabel("Name", { exact: true }), "what was typed is kept").toHaveValue("Room");
  await page.getByLabel("This booking calendar has hours of its own").check();
  const own = page.locator("details.more", { hasText: "Hours of its own" });
  if (!(await page.getByLabel("Monday, from").isVisible())) {
    await own.locator("summary").click();
  }
  await page.getByLabel("Monday, from").fill("09:00");
  await page.getByLabel("Monday, to").fill("12:00");
  await page.getByRole("button", { name: "Create booking calendar" }).click();
  await expect(page).toHaveURL(/\/booking-calendars$/);
  await choose(page, usable, `${demo.app}/book/room?zone=Europe/Berlin`);
  await book(page, "Ada");
  await expect(page.getByRole("heading", { name: "You are booked" })).toBeVisible();
});

test("a round robin with equal shares and a question; the client chooses the member", async ({ page, ownDemo: { is: demo }, visit, usable, javaScriptEnabled }) => {
  await signIn(page, demo);
  const team = await create(page, demo, visit, "Team", "Round Robin", ["Jonas Okafor", "Priya Raman"], async () => {
    await page.getByRole("radio", { name: "Equal distribution" }).check();
    await page.getByLabel("Text").first().fill("How do you come?");
    await page.getByLabel("Must be answered").first().check();
  });
  await visit(page, `${team}&month=2027-01`);
  // A slow line: with script, the member's own times come only after a time was chosen and an answer typed.
  let arrive = () => {};
  const slow = new Promise<void>((done) => {
    arrive = done;
  });
  await page.route(/\/api\/fn\/booking-page/, async (route) => {
    await slow;
    await route.continue();
  });
  await page.getByLabel("With", { exact: true }).selectOption("Priya Raman");
  const change = page.locator("form", { has: page.getByLabel("With", { exact: true }) }).getByRole("button");
  if (await change.isVisible()) {
    await change.click();
  }
  await expect(page).toHaveURL(/host=/);
  await usable(page);
  await page.locator("a.time").first().click();
  await expect(page.getByRole("heading", { name: "Your details" })).toBeVisible();
  await expect(page).toHaveURL(/host=.*start=/);
  await usable(page);
  await page.getByLabel("How do you come?").fill("by bus");
  const key = page.locator("input[name=key]");
  const before = await key.inputValue();
  arrive();
  if (javaScriptEnabled) {
    await expect(key, "the form has come anew").not.toHaveValue(before);
  }
  await expect(page.getByLabel("How do you come?")).toHaveValue("by bus");
  await book(page, "Ada");
  await expect(page.getByRole("heading", { name: "You are booked" })).toBeVisible();
  await expect(page.getByText("by bus")).toBeVisible();
  await expect.poll(() => titles(demo, PRIYA, "by bus"), { timeout: 20_000 }).toEqual(["Team: Ada"]);
});

test("a collective of one is refused with what was typed kept; a change of kind is asked for", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
  await signIn(page, demo);
  await visit(page, `${demo.app}/booking-calendars/new`);
  await page.getByLabel("Name", { exact: true }).fill("Alone");
  await page.getByRole("radio", { name: "Collective", exact: true }).check();
  await page.getByRole("button", { name: "Create booking calendar" }).click();
  await expect(page.getByRole("alert")).toContainText("2 to 100 members");
  await usable(page);
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Alone");
  await expect(page.getByRole("radio", { name: "Collective", exact: true })).toBeChecked();

  await visit(page, `${demo.app}/booking-calendars`);
  await page.getByRole("link", { name: "Consultation", exact: true }).click();
  await usable(page);
  await page.getByRole("radio", { name: "Collective", exact: true }).check();
  await expect(page.getByText("They stay as they are").filter({ visible: true })).toHaveCount(1);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("Tick that the kind is to change");
  await usable(page);
  await page.getByLabel("Change the kind all the same").check();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page).toHaveURL(/\/booking-calendars$/);
  await expect(page.getByRole("listitem").filter({ hasText: "Consultation" })).toContainText("Collective");
});
