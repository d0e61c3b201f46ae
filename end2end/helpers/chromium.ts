// The browser that the machine has: nothing is downloaded.
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import type { LaunchOptions } from "@playwright/test";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

function runnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function onPath(name: string): string | undefined {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(runnable);
}

/** The program to start: what CHROMIUM names (a path or a name), else the first known name on PATH. */
export function chromium(): string {
  const asked = process.env.CHROMIUM;
  if (asked && isAbsolute(asked) && runnable(asked)) {
    return asked;
  }
  for (const name of asked ? [asked] : NAMES) {
    const found = onPath(name);
    if (found) {
      return found;
    }
  }
  throw new Error(`No browser found (looked for ${asked ?? NAMES.join(", ")}). scripts/setup test installs one.`);
}

/** How it is started: as root in a container it has no sandbox, and it must not call anybody. */
export function launchOptions(): LaunchOptions {
  return {
    executablePath: chromium(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-default-apps",
    ],
  };
}
