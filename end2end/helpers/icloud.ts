// The practice iCloud seen from outside, over CalDAV, as an iPhone sees it.
import type { Sandbox } from "./servers";

async function dav(sandbox: Sandbox, method: string, address: string, body: string, headers: Record<string, string> = {}) {
  const login = Buffer.from(`${sandbox.apple_id}:${sandbox.app_password}`).toString("base64");
  const answer = await fetch(address, {
    method,
    body: body || undefined,
    headers: { authorization: `Basic ${login}`, "user-agent": "end2end", "content-type": "application/xml; charset=utf-8", ...headers },
  });
  if (answer.status >= 400) {
    throw new Error(`${method} ${address} answered ${answer.status}`);
  }
  return answer.text();
}

const find = (sandbox: Sandbox, address: string, property: string, depth: string) =>
  dav(
    sandbox,
    "PROPFIND",
    address,
    `<d:propfind xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><${property}/></d:prop></d:propfind>`,
    { depth },
  );

/** The text of every element of this name, whatever its prefix. */
function texts(xml: string, name: string): string[] {
  const element = new RegExp(`<(?:[\\w-]+:)?${name}(?:\\s[^>]*)?>([\\s\\S]*?)</(?:[\\w-]+:)?${name}>`, "g");
  return [...xml.matchAll(element)].map(([, inner]) => inner.trim());
}

const plain = (text: string) =>
  text
    .replace(/^<!\[CDATA\[|\]\]>$/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#13;", "\r")
    .replaceAll("&amp;", "&");

/** The addresses of the calendars, by name. */
export async function calendars(sandbox: Sandbox): Promise<Map<string, string>> {
  const root = await find(sandbox, sandbox.sandbox, "d:current-user-principal", "0");
  const [principalElement] = texts(root, "current-user-principal");
  const principal = new URL(texts(principalElement, "href")[0], sandbox.sandbox).href;
  const [homeElement] = texts(await find(sandbox, principal, "c:calendar-home-set", "0"), "calendar-home-set");
  const home = new URL(texts(homeElement, "href")[0], principal).href;
  const found = new Map<string, string>();
  for (const row of texts(await find(sandbox, home, "d:displayname", "1"), "response")) {
    const [name] = texts(row, "displayname");
    if (name) {
      found.set(plain(name), new URL(texts(row, "href")[0], home).href);
    }
  }
  return found;
}

/** The iCalendar text of every event in a calendar. */
export async function events(sandbox: Sandbox, calendar: string): Promise<string[]> {
  const address = (await calendars(sandbox)).get(calendar);
  if (!address) {
    throw new Error(`there is no calendar ${calendar}`);
  }
  const query =
    '<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:getetag/><c:calendar-data/></d:prop>' +
    '<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"/></c:comp-filter></c:filter></c:calendar-query>';
  const answer = await dav(sandbox, "REPORT", address, query, { depth: "1" });
  // Long lines are folded (RFC 5545, section 3.1).
  return texts(answer, "calendar-data").map((text) => plain(text).replace(/\r?\n[ \t]/g, ""));
}

const stamp = (instant: Date) => instant.toISOString().replace(/[-:]|\.\d{3}/g, "");

/** Adds an event, as its owner would on a phone. */
export async function addEvent(sandbox: Sandbox, calendar: string, title: string, from: Date, to: Date): Promise<void> {
  const address = (await calendars(sandbox)).get(calendar);
  const uid = `${title.replace(/\W/g, "-")}-${from.getTime()}`;
  const text = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//end2end//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    `DTSTAMP:${stamp(new Date())}`,
    `DTSTART:${stamp(from)}`,
    `DTEND:${stamp(to)}`,
    `SUMMARY:${title}`,
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
  await dav(sandbox, "PUT", `${address}${uid}.ics`, text, { "content-type": "text/calendar; charset=utf-8", "if-none-match": "*" });
}

/** An instant as events carry it: `20261201T090000Z`. */
export { stamp };
