// WCAG 2.2 AA on every page, on phones, tablets and desks, light and dark; and booking with the keyboard alone.
import type { Page } from "@playwright/test";
import { bookByApi, freeTimes, pagesOf, signIn } from "../helpers/people";
import { expect, expectAccessible, expectNoSidewaysScrolling, expectReadableColours, test } from "../helpers/test";

const WIDTHS = [320, 768, 1280];
const PARTS = 3;

async function expectAccessibleEverywhere(page: Page, name: string): Promise<void> {
  for (const width of WIDTHS) {
    await test.step(`${name}, ${width} px`, async () => {
      await page.setViewportSize({ width, height: 900 });
      // Without motion, so that no colour is measured on its way from one scheme to the other.
      await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
      await expectNoSidewaysScrolling(page);
      await expectAccessible(page);
      // Between the schemes nothing differs but colours.
      await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
      await expectReadableColours(page);
    });
  }
}

for (let part = 0; part < PARTS; part += 1) {
  test(`every page is accessible in each colour scheme at every width, part ${part + 1} of ${PARTS} @script`, async ({ page, demo, visit }) => {
    test.setTimeout(600_000);
    await signIn(page, demo.is);
    const pages = Object.entries({ ...(await pagesOf(demo.is)), "sign-in": `${demo.is.app}/sign-in` });
    for (const [name, address] of pages.filter((_, index) => index % PARTS === part)) {
      await visit(page, address);
      await expectAccessibleEverywhere(page, name);
    }
  });
}

test("the pages of a booking and of its client's link are accessible @script", async ({ page, demo: { is: demo }, visit }) => {
  test.setTimeout(600_000);
  const [start, other] = await freeTimes(demo.app, "intro-call", "2026-12-21", "2026-12-23");
  const manage = await bookByApi(demo, "intro-call", start);
  const details = new Date(other).toISOString().replace(".000Z", "Z");
  for (const [name, address] of [
    ["the details form", `${demo.app}/book/intro-call?zone=UTC&date=${details.slice(0, 10)}&start=${details}`],
    ["a time that has passed", `${demo.app}/book/intro-call?zone=UTC&start=2026-11-30T15:00:00Z`],
    ["the confirmation", manage.replace("/manage/", "/booked/")],
    ["the client's page", manage],
    ["rescheduling", `${manage}/reschedule`],
    ["cancelling", `${manage}/cancel`],
    ["a wrong link", `${demo.app}/manage/${"A".repeat(43)}`],
  ]) {
    await visit(page, address);
    await expectAccessibleEverywhere(page, name);
  }
});

test("the pages of somebody whose iCloud is connected are accessible @script", async ({ page, demo: { is: demo }, visit, usable }) => {
  test.setTimeout(600_000);
  await signIn(page, { ...demo, owner_email: "jonas@quince.example" });
  for (const path of ["/calendar?date=2026-12-03&view=day", "/calendar?date=2026-12-03", "/settings/calendar-configuration?edit=primary"]) {
    await visit(page, demo.app + path);
    await expectAccessibleEverywhere(page, path);
  }
  await visit(page, `${demo.app}/calendar?date=2026-12-03`);
  await page.getByRole("link", { name: "Site visit" }).click();
  await expect(page.getByRole("heading", { name: "Why it blocks" })).toBeVisible();
  await usable(page);
  await expectAccessibleEverywhere(page, "an event");
  await visit(page, `${demo.app}/booking-calendars`);
  await page.locator("a.row-title").first().click();
  await page.getByRole("link", { name: "Why not?" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Why not?" })).toBeVisible();
  await usable(page);
  await expectAccessibleEverywhere(page, "why not");
  await visit(page, `${demo.app}/settings/integrations`);
  await expectAccessibleEverywhere(page, "integrations");
  await page.getByRole("link", { name: "Disconnect" }).click();
  await expect(page.getByRole("heading", { name: "Disconnect iCloud" })).toBeVisible();
  await usable(page);
  await expectAccessibleEverywhere(page, "disconnecting");
  await visit(page, `${demo.app}/appointments`);
  await page.locator("a.row-title").first().click();
  await expect(page.getByRole("heading", { name: "In iCloud" })).toBeVisible();
  await expectAccessibleEverywhere(page, "an appointment");
});

test("the first page of a new server is accessible @script", async ({ page, empty: { is: empty }, visit }) => {
  await visit(page, `${empty.app}/setup`);
  await expectAccessibleEverywhere(page, "setup");
});

test("targets on public pages are large enough for a finger @script", async ({ page, demo: { is: demo }, visit }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  const [start, other] = await freeTimes(demo.app, "intro-call", "2026-12-28", "2026-12-30");
  const manage = await bookByApi(demo, "intro-call", start);
  const details = new Date(other).toISOString().replace(".000Z", "Z");
  for (const address of [
    demo.app,
    `${demo.app}/book/intro-call?zone=UTC`,
    `${demo.app}/book/intro-call?zone=UTC&start=${details}&date=${details.slice(0, 10)}`,
    manage,
    `${manage}/reschedule?zone=UTC`,
    `${manage}/cancel`,
  ]) {
    await visit(page, address);
    // A link inside a sentence is as high as its line (WCAG 2.2, 2.5.8).
    const targets = page.locator("main :is(a, button, select, input:not([type=hidden]), textarea):visible:not(p a)");
    for (const target of await targets.all()) {
      const box = await target.evaluate((element) => {
        // A link may be stretched over the whole card that it stands in.
        const stretched = getComputedStyle(element, "::after").position === "absolute";
        const { width, height } = ((stretched && (element as HTMLElement).offsetParent) || element).getBoundingClientRect();
        return { width, height };
      });
      const what = `${address}: ${await target.evaluate((element) => element.outerHTML.slice(0, 120))}`;
      expect.soft(Math.min(box.width, box.height), what).toBeGreaterThanOrEqual(43.5);
    }
  }
});

test("an appointment is booked with the keyboard alone, in few key presses @script", async ({ page, demo, visit }) => {
  // With its month named the page is not loaded anew when the first day is chosen: that would take the focus from keys that follow at once.
  await visit(page, `${demo.is.app}/book/intro-call?month=2026-12`);
  // The page is shown anew once the browser has said its zone; keys pressed before that would count twice.
  await expect(page).toHaveURL(/zone=/);
  await expect(page.getByText("Times in Europe/Berlin")).toBeVisible();
  await expect(page.locator(".day-free").first()).toBeVisible();
  let presses = 0;
  const press = async (key: string) => {
    presses += 1;
    await page.keyboard.press(key);
  };
  const focused = () => page.evaluate(() => document.activeElement?.className ?? "");
  const tabTo = async (wanted: (className: string) => boolean) => {
    for (let tries = 0; tries < 60 && !wanted(await focused()); tries += 1) {
      await press("Tab");
    }
    expect(wanted(await focused())).toBe(true);
  };
  await tabTo((className) => className.includes("day-free"));
  await press("Enter");
  // The focus moves to the times; a key pressed before that would start from elsewhere.
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe("times");
  await tabTo((className) => className.split(" ").includes("time"));
  await press("Enter");
  await expect(page.getByLabel("Name")).toBeVisible();
  for (let tries = 0; tries < 10 && (await page.getByLabel("Name").evaluate((field) => field !== document.activeElement)); tries += 1) {
    await press("Tab");
  }
  await page.keyboard.type("Keyboard Person");
  await press("Tab");
  await page.keyboard.type("keys@client.example");
  await press("Enter");
  await expect(page.getByRole("heading", { name: "You are booked" })).toBeVisible();
  expect(presses, "key presses, typing the details not counted").toBeLessThanOrEqual(25);
});
