import { defineConfig } from "@playwright/test";
import { launchOptions } from "./helpers/chromium";

export default defineConfig({
  testDir: ".",
  testMatch: "screenshots.ts",
  outputDir: "test-results",
  workers: 1,
  timeout: 300_000,
  reporter: [["list"]],
  use: { locale: "en-GB", timezoneId: "Europe/Berlin", launchOptions: launchOptions() },
});
