// States that a page is in only after something happened, for journeys and pictures.
import { expect, type Page } from "@playwright/test";
import { addEvent, events } from "./icloud";
import { asJonas, CLIENT, cloudOf, signIn } from "./people";
import type { Demo } from "./servers";

type Visit = (page: Page, address: string) => Promise<void>;
type Usable = (page: Page) => Promise<void>;

/** What somebody else types into the booking calendar that both have open. */
export const THEIRS = "Bring the plans of the house.";
/** What the one whose save is refused typed. */
export const MINE = "Fifteen minutes to get to know each other, by video.";

/**
 * Opens the editor of a booking calendar, lets somebody else save it meanwhile, types a description and saves: the page tells of the other
 * change. The signed-in person's other window stands for the colleague.
 */
export async function saveOverAChange(page: Page, demo: Demo, visit: Visit, usable: Usable): Promise<void> {
  await visit(page, `${demo.app}/booking-calendars`);
  await page.getByRole("link", { name: "Intro call", exact: true }).click();
  await usable(page);
  const other = await page.context().newPage();
  await visit(other, page.url());
  await other.getByLabel("Location").fill(THEIRS);
  await other.getByRole("button", { name: "Save", exact: true }).click();
  await expect(other).toHaveURL(/\/booking-calendars$/);
  await other.close();
  await page.getByLabel("Description").first().fill(MINE);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("button", { name: "Save all the same" })).toBeVisible();
  await usable(page);
}

/** Signs in as Jonas, in whose calendar an event comes to lie over a client's appointment, and waits until Quince knows of it. */
export async function collideAsJonas(page: Page, demo: Demo, visit: Visit): Promise<void> {
  const [event] = (await events(cloudOf(demo), "Work")).filter((text) => text.includes(CLIENT));
  const [, y, mo, d, h, mi] = /DTSTART:(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)/.exec(event)!;
  const start = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:00Z`);
  await addEvent(cloudOf(demo), "Work", "School concert", new Date(start), new Date(start + 3_600_000));
  await signIn(page, asJonas(demo));
  await visit(page, `${demo.app}/settings/integrations`);
  await page.getByRole("button", { name: "Check now" }).click();
  await expect(page.getByText("Checked: Quince is up to date with iCloud.")).toBeVisible();
}
