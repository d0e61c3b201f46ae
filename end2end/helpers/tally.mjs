// Reads Playwright's JSON report and prints three numbers: passed, failed, skipped.
import { readFileSync } from "node:fs";

const { stats, errors } = JSON.parse(readFileSync(process.argv[2], "utf8"));
// A second try is only had in CI; what passed then is named, so that it is looked into.
if (stats.flaky > 0) {
  console.error(`${stats.flaky} passed only on a second try`);
}
console.log(stats.expected + stats.flaky, stats.unexpected + errors.length, stats.skipped);
