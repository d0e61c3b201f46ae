// The pages that somebody sees first, in both kinds of server.
import { bookingCalendars } from "../helpers/people";
import { expect, expectAccessible, expectNoSidewaysScrolling, test } from "../helpers/test";

test("the practice workspace's page offers its booking calendars", async ({ page, demo, visit }) => {
  await visit(page, demo.is.app);
  for (const { name } of await bookingCalendars(demo.is)) {
    await expect(page.getByRole("link", { name })).toBeVisible();
  }
});

test("a new server asks for its owner first", async ({ page, empty, visit }) => {
  await visit(page, empty.is.app);
  await expect(page).toHaveURL(/\/setup$/);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
});

test("the workspace page is accessible on a small screen @script", async ({ page, demo, visit }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await visit(page, demo.is.app);
  await expectNoSidewaysScrolling(page);
  await expectAccessible(page);
});
