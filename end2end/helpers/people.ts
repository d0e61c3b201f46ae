// What people do on many pages, in their words.
import { randomUUID } from "node:crypto";
import { expect, type Page } from "@playwright/test";
import type { Demo, Sandbox } from "./servers";

/** A member of the practice team who is connected. */
export const JONAS = { email: "jonas@quince.example", apple_id: "jonas@icloud.example", app_password: "oaks-pear-plum-figs" };
/** Has booked Jonas in the practice workspace. */
export const CLIENT = "Ingrid Halvorsen";

/** The practice workspace with Jonas's login instead of its owner's. */
export const asJonas = (demo: Demo): Demo => ({ ...demo, owner_email: JONAS.email });
/** Jonas's calendars in the practice iCloud. */
export const cloudOf = (demo: Demo): Sandbox => ({ ...demo, ...JONAS });

/** Signs in as the form of the sign-in page does, without opening it: journeys of signing in itself use the page. */
export async function signIn(page: Page, demo: Demo): Promise<void> {
  const answer = await page.request.post(`${demo.app}/api/fn/sign-in`, {
    form: { email: demo.owner_email, password: demo.owner_password, to: "" },
    headers: { accept: "text/html", origin: demo.app },
    maxRedirects: 0,
  });
  expect(answer.headers().location, "where signing in leads").toBe("/calendar");
}

/** The booking calendars that clients can see, as the API lists them. */
export async function bookingCalendars(demo: Demo): Promise<{ slug: string; name: string; kind: string }[]> {
  const answer = await fetch(`${demo.app}/api/v1/calendars`);
  expect(answer.status).toBe(200);
  const { calendars } = (await answer.json()) as { calendars: { slug: string; name: string; kind: string }[] };
  return calendars;
}

/** The free starts of a booking calendar between two dates, as the API tells them. */
export async function freeTimes(app: string, slug: string, from: string, to: string, zone = "UTC"): Promise<string[]> {
  const query = new URLSearchParams({ startDate: from, endDate: to, timezone: zone });
  const answer = await fetch(`${app}/api/v1/calendars/${slug}/free-slots?${query}`);
  expect(answer.status).toBe(200);
  const days = (await answer.json()) as Record<string, { slots: string[] }>;
  return Object.values(days).flatMap(({ slots }) => slots);
}

/** Somebody books this time by the API; answers the address of the client's own page. */
export async function bookByApi(demo: Demo, slug: string, start: string): Promise<string> {
  const answer = await fetch(`${demo.app}/api/v1/calendars/${slug}/appointments`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": randomUUID() },
    body: JSON.stringify({ start, timezone: "Europe/Berlin", name: "Somebody Else", email: "else@client.example" }),
  });
  const told = await answer.text();
  expect(answer.status, told).toBe(201);
  return (JSON.parse(told) as { manageUrl: string }).manageUrl;
}

/** The addresses of every page that a signed-in owner can open in a practice workspace, by a name for its picture. */
export async function pagesOf(demo: Demo): Promise<Record<string, string>> {
  const booking = (await bookingCalendars(demo)).map(({ slug }) => [`book-${slug}`, `/book/${slug}`]);
  const pages = {
    workspace: "/",
    ...Object.fromEntries(booking),
    "not-found": "/nowhere",
    calendar: "/calendar",
    appointments: "/appointments",
    "to-confirm": "/appointments?show=pending",
    "deleted-appointments": "/appointments/deleted",
    "book-for-client": "/appointments/new?date=2027-01-12",
    "block-off-time": "/blocked-time/new?date=2027-01-12",
    "booking-calendars": "/booking-calendars",
    "new-booking-calendar": "/booking-calendars/new",
    team: "/team",
    profile: "/settings/profile",
    integrations: "/settings/integrations",
    "calendar-configuration": "/settings/calendar-configuration",
    "wizard-1": "/connect-icloud?step=1",
    "wizard-2": "/connect-icloud?step=2",
    "wizard-3": "/connect-icloud?step=3",
    "connect-server": "/connect-server",
    "workspace-settings": "/settings/workspace",
    resources: "/settings/resources",
    mails: "/settings/mails",
    "undo-bookings": "/settings/strangers",
  };
  return Object.fromEntries(Object.entries(pages).map(([name, path]) => [name, demo.app + path]));
}
