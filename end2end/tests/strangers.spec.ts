// Against made-up bookings: clients confirm by mail first, browsers solve a puzzle, and an admin undoes at once what came with one address.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { signIn } from "../helpers/people";
import { expect, expectAccessible, expectNoSidewaysScrolling, test } from "../helpers/test";

const WIDTHS = [320, 1280];

/** Looks at a page narrow and wide. The check of accessibility is itself a script. */
async function looksRight(page: Page, javaScriptEnabled: boolean | undefined): Promise<void> {
  if (javaScriptEnabled) {
    await expectAccessible(page);
  }
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await expectNoSidewaysScrolling(page);
  }
}

/** The address in the mail that asks to confirm, as the server is reached here. */
async function confirmLink(folder: string): Promise<string | undefined> {
  const files = await readdir(join(folder, "mail")).catch(() => []);
  for (const file of files) {
    const mail = (await readFile(join(folder, "mail", file), "utf8")).replaceAll("=\r\n", "").replaceAll("=3D", "=");
    const link = /\/manage\/\S+\/confirm\?mailed=\S+/.exec(mail);
    if (link) {
      return link[0];
    }
  }
  return undefined;
}

test("a client confirms by mail, and an admin undoes what an address booked", async ({ page, ownDemo: { is: demo, folder }, visit, usable, javaScriptEnabled }) => {
  test.slow();
  await signIn(page, demo);
  await visit(page, `${demo.app}/booking-calendars`);
  const editor = await page.getByRole("link", { name: "Intro call", exact: true }).getAttribute("href");
  await visit(page, demo.app + editor);
  await page.getByLabel("Clients confirm by mail first").check();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page).toHaveURL(/\/booking-calendars$/);
  await visit(page, demo.app + editor);
  await expect(page.getByLabel("Clients confirm by mail first")).toBeChecked();

  await visit(page, `${demo.app}/book/intro-call?zone=Europe/Berlin`);
  await page.locator("a.time").first().click();
  await usable(page);
  await expect(page.getByText("We will send a link to this address.")).toBeVisible();
  await page.getByLabel("Name").fill("Grace Hopper");
  await page.getByLabel("Email").fill("grace@client.example");
  await page.getByRole("button", { name: "Book this time" }).click();
  await expect(page.getByRole("heading", { name: "Almost booked" })).toBeVisible();
  await expect(page.getByText(/confirm by \d/)).toBeVisible();
  await looksRight(page, javaScriptEnabled);

  await expect.poll(() => confirmLink(folder), { timeout: 20_000 }).toBeTruthy();
  await visit(page, demo.app + (await confirmLink(folder)));
  await expect(page.getByRole("heading", { name: "Confirm this booking?" })).toBeVisible();
  await looksRight(page, javaScriptEnabled);
  await page.getByRole("button", { name: "Confirm the booking" }).click();
  await expect(page.getByRole("heading", { name: "You are booked" })).toBeVisible();

  await visit(page, `${demo.app}/settings/strangers`);
  await page.getByLabel("Mail address or network").fill("Grace@client.example");
  await page.getByRole("button", { name: "Show what there is" }).click();
  await usable(page);
  await expect(page.getByText("1 appointment to come")).toBeVisible();
  await looksRight(page, javaScriptEnabled);
  await page.getByRole("button", { name: "Cancel and remove all of it" }).click();
  await expect(page.getByText(/Undone: 1 appointment to come/)).toBeVisible();
  await expect(page.getByText("There is nothing to undo")).toBeVisible();
  await looksRight(page, javaScriptEnabled);
});

test("programs that book are slowed down, and people notice nothing", async ({ page, ownDemo: { is: demo }, visit, usable, javaScriptEnabled }) => {
  test.slow();
  await signIn(page, demo);
  await visit(page, `${demo.app}/booking-calendars`);
  const editor = await page.getByRole("link", { name: "Intro call", exact: true }).getAttribute("href");
  await visit(page, demo.app + editor);
  await page.getByLabel("Slow down programs that book").check();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page).toHaveURL(/\/booking-calendars$/);
  await visit(page, demo.app + editor);
  await expect(page.getByLabel("Slow down programs that book")).toBeChecked();

  await visit(page, `${demo.app}/book/intro-call?zone=Europe/Berlin`);
  await page.locator("a.time").first().click();
  await usable(page);
  const withoutScript = page.getByText("this form can only be sent ten seconds after it was opened");
  await (javaScriptEnabled ? expect(withoutScript).toBeHidden() : expect(withoutScript).toBeVisible());
  await page.getByLabel("Name").fill("Grace Hopper");
  await page.getByLabel("Email").fill("grace@client.example");
  await looksRight(page, javaScriptEnabled);
  if (javaScriptEnabled) {
    // Solved while the person typed; only then the time is held.
    await expect(page.locator("input[name=solution]")).toHaveValue(/^\d+$/);
    await expect(page.getByText(/Held for you until/)).toBeVisible();
  }
  await page.getByRole("button", { name: "Book this time" }).click();
  if (!javaScriptEnabled) {
    await expect(page.getByText(/Wait \d+ seconds?, then send it again/)).toBeVisible();
    await expect(page.getByLabel("Name")).toHaveValue("Grace Hopper");
    await looksRight(page, javaScriptEnabled);
    await page.waitForTimeout(10_000);
    await page.getByRole("button", { name: "Book this time" }).click();
  }
  await expect(page.getByRole("heading", { name: "You are booked" })).toBeVisible();
});

test("a form whose puzzle counts no more gets another one @script", async ({ page, ownDemo: { is: demo }, visit, usable }) => {
  test.slow();
  await signIn(page, demo);
  await visit(page, `${demo.app}/booking-calendars`);
  await visit(page, demo.app + (await page.getByRole("link", { name: "Intro call", exact: true }).getAttribute("href")));
  await page.getByLabel("Slow down programs that book").check();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page).toHaveURL(/\/booking-calendars$/);

  await visit(page, `${demo.app}/book/intro-call?zone=Europe/Berlin`);
  await page.locator("a.time").first().click();
  await usable(page);
  const solution = page.locator("input[name=solution]");
  await expect(solution).toHaveValue(/^\d+$/);
  // A challenge that counts no more, as after a change of the server's key.
  await page.locator("input[name=challenge]").evaluate((input: HTMLInputElement) => {
    input.value = "1.x.y";
  });
  await page.getByLabel("Name").fill("Grace Hopper");
  await page.getByLabel("Email").fill("grace@client.example");
  await page.getByRole("button", { name: "Book this time" }).click();
  await expect(page.getByText("was sent before")).toBeVisible();
  await expect(page.getByLabel("Name")).toHaveValue("Grace Hopper");
  await page.getByRole("button", { name: "Book this time" }).click();
  await expect(page.getByRole("heading", { name: "You are booked" })).toBeVisible();
});
