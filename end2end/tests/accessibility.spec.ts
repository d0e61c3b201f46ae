// WCAG 2.2 AA on every page, on phones, tablets and desks, light and dark; and booking with the keyboard alone.
import { pagesOf, signIn } from "../helpers/people";
import { expect, expectAccessible, expectNoSidewaysScrolling, test } from "../helpers/test";

const WIDTHS = [320, 768, 1280];
const SCHEMES = ["light", "dark"] as const;
const PARTS = 3;

for (let part = 0; part < PARTS; part += 1) {
  test(`every page is accessible in each colour scheme at every width, part ${part + 1} of ${PARTS} @script`, async ({ page, demo, visit }) => {
    test.setTimeout(600_000);
    await signIn(page, demo.is);
    const pages = Object.entries({ ...(await pagesOf(demo.is)), "sign-in": `${demo.is.app}/sign-in` });
    for (const [name, address] of pages.filter((_, index) => index % PARTS === part)) {
      await visit(page, address);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await expectNoSidewaysScrolling(page);
        for (const colorScheme of SCHEMES) {
          await test.step(`${name}, ${width} px, ${colorScheme}`, async () => {
            await page.emulateMedia({ colorScheme });
            await expectAccessible(page);
          });
        }
      }
    }
  });
}

test("targets on the booking page are large enough for a finger @script", async ({ page, demo, visit }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await visit(page, (await pagesOf(demo.is))["booking-page"]);
  for (const target of await page.locator("a.day, a.time, a.month-step, select, button").all()) {
    const box = await target.boundingBox();
    if (box) {
      expect.soft(Math.min(box.width, box.height), await target.innerText()).toBeGreaterThanOrEqual(43.5);
    }
  }
});

test("an appointment is booked with the keyboard alone, in few key presses @script", async ({ page, demo, visit }) => {
  await visit(page, `${demo.is.app}/book/intro-call`);
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
  await expect.poll(focused).not.toContain("day-free");
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
