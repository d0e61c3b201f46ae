// A chosen time is held for its visitor while they fill in the form. It takes script; without it nothing is held and all else works.
import { expect, test } from "../helpers/test";

test("a chosen time is held for its visitor, survives a reload, and is theirs to book", async ({ page, browser, ownDemo: { is: demo }, visit, usable, javaScriptEnabled }) => {
  const address = `${demo.app}/book/intro-call?zone=Europe/Berlin`;
  await visit(page, address);
  const time = page.locator("a.time").first();
  const start = (await time.getAttribute("data-start"))!;
  await time.click();
  await expect(page.getByRole("heading", { name: "Your details" })).toBeVisible();
  const held = page.getByText(/Held for you until \d/);
  const others = await (await browser.newContext()).newPage();
  if (!javaScriptEnabled) {
    await expect(held).toHaveCount(0);
    await others.goto(address);
    await expect(others.locator(`a.time[data-start="${start}"]`)).toBeVisible();
    return;
  }
  await expect(held).toBeVisible();
  await others.goto(address);
  await expect(others.locator("a.time").first()).toBeVisible();
  await expect(others.locator(`a.time[data-start="${start}"]`)).toHaveCount(0);

  await page.reload();
  await usable(page);
  await expect(page.getByRole("heading", { name: "Your details" })).toBeVisible();
  await expect(held).toBeVisible();
  await page.getByRole("link", { name: "Back to the times" }).click();
  await expect(page.locator(`a.time[data-start="${start}"]`)).toBeVisible();
  await page.locator("a.time").nth(1).click();
  await expect(held).toBeVisible();
  // The first one is released as soon as another is held.
  await expect(async () => {
    await others.reload();
    await expect(others.locator(`a.time[data-start="${start}"]`)).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await page.getByLabel("Name").fill("Ada Byron");
  await page.getByLabel("Email").fill("ada@client.example");
  await page.getByRole("button", { name: "Book this time" }).click();
  await expect(page.getByRole("heading", { name: "You are booked" })).toBeVisible();
});

test("two who choose the same time: the second is told at once, before typing anything", async ({ page, browser, ownDemo: { is: demo }, visit, javaScriptEnabled }) => {
  const address = `${demo.app}/book/intro-call?zone=Europe/Berlin`;
  await visit(page, address);
  const start = (await page.locator("a.time").first().getAttribute("data-start"))!;
  const first = await (await browser.newContext({ javaScriptEnabled })).newPage();
  await first.goto(address);
  if (!javaScriptEnabled) {
    // Both may fill in the form; whoever sends it first has the time.
    for (const visitor of [first, page]) {
      await visitor.locator(`a.time[data-start="${start}"]`).click();
      await expect(visitor.getByRole("heading", { name: "Your details" })).toBeVisible();
    }
    return;
  }
  await expect(first.locator("html")).toHaveAttribute("data-hydrated", "true");
  await first.locator(`a.time[data-start="${start}"]`).click();
  await expect(first.getByText(/Held for you until/)).toBeVisible();

  await page.locator(`a.time[data-start="${start}"]`).click();
  await expect(page.getByRole("alert")).toContainText("This time is not free");
  await expect(page.locator(`a.time[data-start="${start}"]`)).toHaveCount(0);
  await expect(page.locator("a.time").first()).toBeVisible();
});
