// `test` with what every journey needs: a server, and pages that are ready to be used.
import AxeBuilder from "@axe-core/playwright";
import { expect, test as base, type Page } from "@playwright/test";
import { type Demo, type Empty, type Running, startDemo, startEmpty } from "./servers";

interface TestFixtures {
  /** A practice workspace of this test's own, for what would disturb others. */
  ownDemo: Running<Demo>;
  /** A server as after an installation: no owner yet, a practice iCloud beside it. */
  empty: Running<Empty>;
  /** Opens an address and waits until the page can be used. */
  visit: (page: Page, address: string) => Promise<void>;
  /** Waits until the page shown can be used, after a click that loaded another. */
  usable: (page: Page) => Promise<void>;
  /** What the browser complained about; must stay empty. */
  complaints: string[];
}

interface WorkerFixtures {
  /** A practice workspace shared by the tests of a worker. */
  demo: Running<Demo>;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  demo: [
    async ({}, use) => {
      const demo = await startDemo();
      await use(demo);
      await demo.stop();
    },
    { scope: "worker", timeout: 90_000 },
  ],

  ownDemo: async ({ page }, use) => {
    const demo = await startDemo();
    await use(demo);
    // What the page is still asking for is no complaint of a server that is gone.
    await page.goto("about:blank");
    await demo.stop();
  },

  empty: async ({ page }, use) => {
    const empty = await startEmpty();
    await use(empty);
    await page.goto("about:blank");
    await empty.stop();
  },

  usable: async ({ javaScriptEnabled }, use) => {
    await use(async (page) => {
      await page.waitForLoadState("load");
      if (javaScriptEnabled) {
        await expect(page.locator("html"), "the page is hydrated").toHaveAttribute("data-hydrated", "true");
      }
    });
  },

  visit: async ({ usable }, use) => {
    await use(async (page, address) => {
      await page.goto(address);
      await usable(page);
    });
  },

  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("console", (message) => {
        // A refused form is an answer, not a defect; the browser reports its status all the same.
        const refusal = /status of (401|404|409|422|429)/.test(message.text());
        if (message.type() === "error" && !refusal) {
          complaints.push(message.text());
        }
      });
      await use(complaints);
      expect(complaints, "nothing in the browser's console").toEqual([]);
    },
    { auto: true },
  ],
});

async function expectNoViolation(page: Page, runOnly: { type: "tag" | "rule"; values: string[] }): Promise<void> {
  // What passes is not listed node by node: that takes longer than to look.
  const axe = new AxeBuilder({ page }).options({ resultTypes: ["violations"], runOnly });
  // There are no frames, so axe need not open a page of its own each time.
  axe.setLegacyMode();
  const { violations } = await axe.analyze();
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((node) => node.html).join("\n")}`);
  expect(told, "accessibility").toEqual([]);
}

/** No violation of WCAG 2.2 AA on the page as it is shown now. */
export async function expectAccessible(page: Page): Promise<void> {
  const values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  await expectNoViolation(page, { type: "tag", values });
}

/** Enough contrast everywhere: the part of accessibility that a colour scheme can change. */
export async function expectReadableColours(page: Page): Promise<void> {
  await expectNoViolation(page, { type: "rule", values: ["color-contrast", "link-in-text-block"] });
}

/** Nothing reaches past the right edge. */
export async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  const root = page.locator("html");
  const [needed, shown] = await root.evaluate((html) => [html.scrollWidth, html.clientWidth]);
  expect(needed, "width needed by the page").toBeLessThanOrEqual(shown);
}

export { expect };
