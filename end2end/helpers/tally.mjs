// Reads Playwright's JSON report and prints three numbers: passed, failed, skipped.
import { readFileSync } from "node:fs";

const { stats, errors } = JSON.parse(readFileSync(process.argv[2], "utf8"));
// A test that passed only on a second try counts as failed: nothing here may be flaky.
const failed = stats.unexpected + stats.flaky + errors.length;
console.log(stats.expected, failed, stats.skipped);
