// Pictures of the pages of a practice workspace. See scripts/screenshots.
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { CLIENT, pagesOf, signIn } from "./helpers/people";
import { collideAsJonas, saveOverAChange } from "./helpers/states";
import { test } from "./helpers/test";

const FOLDER = process.env.PICTURE_FOLDER ?? "../target/screenshots";
const WIDTHS = [320, 768, 1280];
const SCHEMES = ["light", "dark"] as const;

async function take(page: Page, name: string, fullPage: boolean): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage, animations: "disabled" });
}

if (process.env.PICTURE_SET === "readme") {
  test("the README's pictures", async ({ page, demo, visit }) => {
    const pages = await pagesOf(demo.is);
    await page.setViewportSize({ width: 1280, height: 800 });
    await visit(page, `${demo.is.app}/book/consultation?zone=America/New_York`);
    await take(page, "booking-page", false);
    await signIn(page, demo.is);
    await visit(page, pages["wizard-2"]);
    await take(page, "wizard", false);
    await page.getByLabel("iCloud email address").fill(demo.is.apple_id);
    await page.getByLabel("App-specific password").fill(demo.is.app_password);
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await page.locator("section", { hasText: "Primary calendar" }).getByLabel("Work").check();
    await page.locator("section", { hasText: "Check for conflicts" }).getByLabel("Home").check();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "You are ready to be booked" }).waitFor();
    await visit(page, pages.calendar);
    await take(page, "calendar-view", false);
  });
} else {
  for (const scheme of SCHEMES) {
    for (const width of WIDTHS) {
      test(`every page, ${scheme}, ${width} px`, async ({ page, demo, visit }) => {
        await page.emulateMedia({ colorScheme: scheme });
        await page.setViewportSize({ width, height: width < 600 ? 720 : 900 });
        await visit(page, `${demo.is.app}/sign-in`);
        await take(page, `sign-in-${width}-${scheme}`, true);
        await signIn(page, demo.is);
        for (const [name, address] of Object.entries(await pagesOf(demo.is))) {
          await visit(page, address);
          await take(page, `${name}-${width}-${scheme}`, true);
        }
      });
    }
  }

  test("pages after something happened", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
    const everywhere = async (name: string) => {
      for (const scheme of SCHEMES) {
        for (const width of WIDTHS) {
          await page.emulateMedia({ colorScheme: scheme });
          await page.setViewportSize({ width, height: width < 600 ? 720 : 900 });
          await take(page, `${name}-${width}-${scheme}`, true);
        }
      }
    };
    await signIn(page, demo);
    await saveOverAChange(page, demo, visit, usable);
    await everywhere("after-a-refused-save");
    await page.context().clearCookies();
    await collideAsJonas(page, demo, visit);
    await visit(page, `${demo.app}/appointments?show=colliding`);
    await everywhere("after-a-collision-list");
    await page.getByRole("link", { name: CLIENT }).click();
    await usable(page);
    await page.getByText("Delete this appointment").click();
    await everywhere("after-a-collision-appointment");
    await page.getByRole("button", { name: "Delete for good" }).click();
    await page.waitForURL(/\/appointments(\?|$)/);
    await usable(page);
    await everywhere("after-a-deletion");
  });
}
