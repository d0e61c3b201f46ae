// Expands a calendar file with rrule.js or ical.js: rrule|ical.js FILE FROM TO (seconds). Prints instances and milliseconds.
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { join } = require("node:path");

const tools = createRequire(join(__dirname, "../../../../end2end/package.json"));
const [library, file, from, to] = process.argv.slice(2);
const text = readFileSync(file, "utf8");
const [first, last] = [Number(from) * 1000, Number(to) * 1000];
const HOUR = 3_600_000; // the length of every event

// Without zones, which make it a hundred times slower: local times are taken for UTC, as its users do.
function withRrule() {
  const { rrulestr } = tools("rrule");
  let count = 0;
  for (const event of text.split("BEGIN:VEVENT").slice(1)) {
    const lines = event.split("\r\n").filter((line) => /^(DTSTART|RRULE)/.test(line));
    count += rrulestr(lines.join("\n").replace(/;TZID=[^:]*(:\d{8}T\d{6})/g, "$1Z")).between(new Date(first - HOUR), new Date(last), false).length;
  }
  return count;
}

function withIcalJs() {
  const ICAL = tools("ical.js").default ?? tools("ical.js");
  const calendar = new ICAL.Component(ICAL.parse(text));
  let count = 0;
  for (const component of calendar.getAllSubcomponents("vevent")) {
    const event = new ICAL.Event(component);
    const occurrences = event.iterator();
    for (let next = occurrences.next(); next; next = occurrences.next()) {
      const start = next.toJSDate().getTime();
      if (start >= last) break;
      if (start + HOUR > first) count += 1;
    }
  }
  return count;
}

const begun = performance.now();
const count = library === "rrule" ? withRrule() : withIcalJs();
console.log(count, Math.round(performance.now() - begun));
