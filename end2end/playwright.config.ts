import { defineConfig } from "@playwright/test";
import { launchOptions } from "./helpers/chromium";

// Every journey runs twice. What only makes sense with script, or only without, carries the tag @script or
// @no-script and is left out of the other run.
export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  // Journeys wait for more than half of their time, for jobs and for pages: three keep two cores busy.
  workers: 3,
  // A shared build machine can stall for longer than any wait; what fails twice is broken.
  retries: process.env.CI ? 1 : 0,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  // scripts/test names the file that it counts the tests from.
  reporter: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ? [["list"], ["json"]] : [["list"]],
  use: {
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    viewport: { width: 1280, height: 900 },
    // Each step of every journey would be recorded: `--trace on` asks for it where one fails.
    trace: "off",
    screenshot: "only-on-failure",
    launchOptions: launchOptions(),
  },
  projects: [
    { name: "script", grepInvert: /@no-script/ },
    { name: "no-script", grepInvert: /@script/, use: { javaScriptEnabled: false } },
  ],
});
