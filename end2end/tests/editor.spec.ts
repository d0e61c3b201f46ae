// The editor of a booking calendar: every setting says what it means, what is wrong is found, and nothing typed is lost.
import type { Page } from "@playwright/test";
import { signIn } from "../helpers/people";
import { expect, expectAccessible, expectNoSidewaysScrolling, test } from "../helpers/test";

type Visit = (page: Page, address: string) => Promise<void>;

const KINDS = ["Personal", "Round Robin", "Collective", "Class Booking", "Service", "Simple"];
const create = (page: Page) => page.getByRole("button", { name: "Create booking calendar" }).click();
const save = (page: Page) => page.getByRole("button", { name: "Save", exact: true }).click();
const choose = (page: Page, kind: string) => page.getByRole("radio", { name: kind, exact: true }).check();

/** Opens a booking calendar of the list in the editor. */
async function edit(page: Page, app: string, visit: Visit, name: string): Promise<void> {
  await visit(page, `${app}/booking-calendars`);
  const address = await page.getByRole("link", { name, exact: true }).getAttribute("href");
  await visit(page, app + address);
}

/** The names of the members as they stand. */
async function members(page: Page): Promise<string[]> {
  return page.locator(".member").filter({ has: page.locator("input:checked") }).locator(".check label").allTextContents();
}

test("what is wrong is listed with links to its fields, and nothing typed is lost", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
  await signIn(page, demo);
  await visit(page, `${demo.app}/booking-calendars/new`);
  await page.getByLabel("Name", { exact: true }).fill("Trouble");
  await choose(page, "Round Robin");
  await page.getByLabel("Weight").first().fill("much");
  await page.getByLabel("Duration, minutes").fill("99999999999");
  await page.getByLabel("Minimum notice", { exact: true }).fill("soon");
  await page.getByLabel("This booking calendar has hours of its own").check();
  const own = page.locator("summary", { hasText: "Hours of its own" });
  if (!(await page.getByLabel("Monday, from").isVisible())) {
    await own.click();
  }
  await page.getByLabel("Monday, from").fill("09:00");
  await page.getByLabel("Text").nth(1).fill("Which colour?");
  await page.getByLabel("Answer", { exact: true }).nth(1).selectOption("One of a list");
  await page.getByLabel("Choices").nth(1).fill("red");
  await create(page);

  const summary = page.getByRole("alert");
  await expect(summary).toBeFocused();
  await usable(page);
  const said = await summary.getByRole("link").allTextContents();
  expect(said).toEqual([
    "Enter the weight as a whole number, such as 1 or 30.",
    "Enter a smaller number for the duration; this one is too large.",
    "Enter the minimum notice as a whole number, such as 1 or 30.",
    "Monday: enter when it ends, or empty both times.",
    "Question 2: enter 2 to 50 different choices.",
  ]);
  for (const link of await summary.getByRole("link").all()) {
    await link.click();
    const field = page.locator(":focus");
    await expect(field).toBeVisible();
    await expect(field).toHaveAttribute("aria-invalid", "true");
  }
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Trouble");
  await expect(page.getByLabel("Weight").first()).toHaveValue("much");
  await expect(page.getByLabel("Monday, from")).toHaveValue("09:00");
  await expect(page.getByLabel("Choices").nth(1)).toHaveValue("red");

  await page.getByLabel("Weight").first().fill("2");
  await page.getByLabel("Duration, minutes").fill("40");
  await page.getByLabel("Minimum notice", { exact: true }).fill("1");
  await page.getByLabel("Monday, to").fill("12:00");
  await page.getByLabel("Choices").nth(1).fill("red, green");
  await page.getByRole("radio", { name: "Between two dates" }).check();
  await page.getByLabel("First date").fill("2027-02-01");
  await page.getByLabel("Last date").fill("2027-01-01");
  await create(page);
  await expect(page.getByLabel("Last date")).toHaveAttribute("aria-invalid", "true");
  await usable(page);
  await page.getByLabel("Last date").fill("2027-03-01");
  await create(page);
  await expect(page).toHaveURL(/\/booking-calendars$/);
  await edit(page, demo.app, visit, "Trouble");
  await expect(page.getByLabel("Weight").first()).toHaveValue("2");
  await expect(page.getByLabel("Monday, to")).toHaveValue("12:00");
  await expect(page.getByLabel("Text").first()).toHaveValue("Which colour?");
});

test("settings of another kind never stand in the way, and each kind has its own interval", async ({ page, ownDemo: { is: demo }, visit }) => {
  await signIn(page, demo);
  await visit(page, `${demo.app}/booking-calendars/new`);
  await page.getByLabel("Name", { exact: true }).fill("Changed my mind");
  await choose(page, "Class Booking");
  await page.getByLabel("Seats of a session").fill("0");
  await choose(page, "Round Robin");
  await page.getByLabel("Weight").first().fill("0");
  await page.getByLabel("Appointments at one time").fill("none");
  await page.getByLabel("Look busy, percent").fill("200");
  await choose(page, "Service");
  await create(page);
  await expect(page).toHaveURL(/\/booking-calendars$/);
  await expect(page.getByRole("listitem").filter({ hasText: "Changed my mind" })).toContainText("Service · menu");
  await edit(page, demo.app, visit, "Changed my mind");
  await expect(page.getByLabel("Interval, minutes")).toHaveValue("15");
});

test("hours that are typed are used or forgotten, but never without a word", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
  await signIn(page, demo);
  const box = page.getByLabel("This booking calendar has hours of its own");
  const unfold = async () => {
    if (!(await page.getByLabel("Monday, from").isVisible())) {
      await page.locator("summary", { hasText: "Hours of its own" }).click();
    }
  };
  await visit(page, `${demo.app}/booking-calendars/new`);
  await page.getByLabel("Name", { exact: true }).fill("Mornings");
  await unfold();
  await page.getByLabel("Monday, from").fill("09:00");
  await page.getByLabel("Monday, to").fill("12:00");
  await create(page);
  await expect(page.getByRole("alert")).toContainText("Hours or dates are filled in");
  await usable(page);
  await box.check();
  await create(page);
  await expect(page).toHaveURL(/\/booking-calendars$/);

  await edit(page, demo.app, visit, "Mornings");
  await expect(page.getByLabel("Monday, to")).toHaveValue("12:00");
  await box.uncheck();
  await save(page);
  await expect(page.getByRole("alert")).toContainText("Hours or dates are filled in");
  await usable(page);
  await expect(page.getByLabel("Monday, to"), "unticking alone erases nothing").toHaveValue("12:00");
  await page.getByLabel("Forget the hours and dates below").check();
  await save(page);
  await expect(page).toHaveURL(/\/booking-calendars$/);

  // A date alone is closed; without one, hours of its own must open at least once.
  await edit(page, demo.app, visit, "Mornings");
  await expect(page.locator('[name="calendar[hours][days][0][0][from]"]')).toHaveValue("");
  await box.check();
  await save(page);
  await expect(page.getByRole("alert")).toContainText("The hours of its own are empty");
  await usable(page);
  await unfold();
  await page.getByLabel("Date 1", { exact: true }).fill("2026-12-24");
  await save(page);
  await expect(page).toHaveURL(/\/booking-calendars$/);
  await edit(page, demo.app, visit, "Mornings");
  await expect(box).toBeChecked();
  await expect(page.getByLabel("Date 1", { exact: true })).toHaveValue("2026-12-24");
});

test("members stand in the order that is chosen", async ({ page, ownDemo: { is: demo }, visit }) => {
  await signIn(page, demo);
  await edit(page, demo.app, visit, "Consultation");
  const [first, second, third] = await members(page);
  const place = (person: string) => page.locator(".member", { hasText: person }).getByLabel("Place");
  await place(third).fill("1");
  await save(page);
  await expect(page).toHaveURL(/\/booking-calendars$/);
  await edit(page, demo.app, visit, "Consultation");
  expect(await members(page)).toEqual([third, first, second]);
  await expect(place(first)).toHaveValue("2");
  await place(third).fill("2");
  await save(page);
  await expect(page).toHaveURL(/\/booking-calendars$/);
  await edit(page, demo.app, visit, "Consultation");
  expect(await members(page)).toEqual([first, third, second]);
});

test("a change of kind says what happens to what exists before it is made", async ({ page, ownDemo: { is: demo }, visit }) => {
  await signIn(page, demo);
  await edit(page, demo.app, visit, "Photo shoot");
  await expect(page.getByLabel("Change the kind all the same")).toBeHidden();
  await choose(page, "Simple");
  const told = page.locator(".editor .notice-warn").filter({ visible: true });
  await expect(told).toContainText(/this Service calendar/i);
  await expect(page.getByText("it cannot use iCloud").filter({ visible: true })).toHaveCount(1);
  await choose(page, "Round Robin");
  await expect(told).toContainText("Round Robin calendar");
  await save(page);
  await expect(page.getByRole("alert")).toContainText(/Tick that the kind is to change|Make a new booking calendar/);
});

test("a booking calendar with appointments is not deleted, and says why", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
  await signIn(page, demo);
  await edit(page, demo.app, visit, "Consultation");
  await page.locator("summary", { hasText: "Delete this booking calendar" }).click();
  await page.getByRole("button", { name: "Delete for good" }).click();
  await expect(page.getByRole("alert")).toContainText("it cannot be deleted");
  await usable(page);
  await expect(page.getByRole("button", { name: "Delete for good" })).toBeVisible();
});

test("members look at a booking calendar, and owners change it", async ({ page, ownDemo: { is: demo }, visit }) => {
  await signIn(page, { ...demo, owner_email: "jonas@quince.example" });
  await edit(page, demo.app, visit, "Follow-up with Jonas");
  await expect(page.getByText("Only the owner or an admin can change this booking calendar.")).toBeVisible();
  await expect(page.getByLabel("Name", { exact: true })).toBeDisabled();
  await expect(page.getByRole("button", { name: "Save", exact: true })).toHaveCount(0);
  await expect(page.getByText("Delete this booking calendar")).toHaveCount(0);
  await visit(page, `${demo.app}/booking-calendars`);
  await expect(page.getByRole("link", { name: "New booking calendar" })).toHaveCount(0);
});

test("the menu's order, who is asked first, and what a service needs", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
  await signIn(page, demo);
  await edit(page, demo.app, visit, "Photo shoot");
  await page.getByRole("link", { name: "Services", exact: true }).click();
  await expect(page.locator(".menu-row").first()).toBeVisible();
  await usable(page);
  const services = () => page.locator(".menu-row summary").allTextContents();
  const [first, second, ...rest] = await services();
  await page.getByRole("button", { name: /^Down\s+Headshot/ }).click();
  await expect(page.getByText("Moved.")).toBeVisible();
  await usable(page);
  await expect(page.locator(".menu-row summary")).toHaveText([second, first, ...rest]);

  const row = page.locator(".menu-row", { hasText: "Headshot" });
  await row.locator("summary").click();
  await expect(row.getByText("Needs 1 × Studio, 1 × Studio light.")).toBeVisible();
  await row.getByLabel("Preferred person").selectOption("Jonas Okafor");
  await row.getByLabel("Studio light, of 3").fill("4");
  await row.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("alert")).toContainText("Of “Studio light” there are 3");
  await usable(page);
  await expect(row.getByLabel("Studio light, of 3")).toHaveValue("4");
  await expect(row.locator(".field-error")).toContainText("there are 3");
  await row.getByLabel("Studio light, of 3").fill("2");
  await row.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await usable(page);
  if (!(await row.getByLabel("Preferred person").isVisible())) {
    await row.locator("summary").click();
  }
  await expect(row.getByLabel("Preferred person")).toHaveValue(/.+/);
  await expect(row.getByText("Needs 1 × Studio, 2 × Studio light.")).toBeVisible();
});

test("every setting of every kind can be reached and read on phone, tablet and desk @script", async ({ page, demo: { is: demo }, visit }) => {
  test.slow();
  await signIn(page, demo);
  await visit(page, `${demo.app}/booking-calendars/new`);
  await page.locator("summary", { hasText: "Hours of its own" }).click();
  for (const kind of KINDS) {
    await choose(page, kind);
    for (const width of [320, 768, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      await expectNoSidewaysScrolling(page);
    }
    await expectAccessible(page);
    // Each visible field is explained.
    const silent = await page
      .locator(".editor :is(.field, .check):visible")
      .evaluateAll((fields) =>
        fields
          .filter((field) => !field.closest(".member, .options") && !field.querySelector(".field-help"))
          .map((field) => field.textContent),
      );
    expect(silent, "fields without help").toEqual([]);
  }
});
