// Starts the program under test, each time in a folder and on ports of its own, and stops it again.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const PROGRAM = process.env.QUINCE_PROGRAM ?? resolve(import.meta.dirname, "../../target/debug/quince");
const PATIENCE_MS = 60_000;

/** The instant at which a practice workspace starts, so that its pages look the same every day. A Tuesday. */
export const NOW = "2026-12-01T09:00:00Z";

/** What `quince sandbox --json` prints. */
export interface Sandbox {
  /** Address of the practice iCloud. */
  sandbox: string;
  apple_id: string;
  app_password: string;
}

/** What `quince demo --json` prints. */
export interface Demo extends Sandbox {
  /** Address of the app. */
  app: string;
  owner_email: string;
  owner_password: string;
}

/** A server without an owner, and the practice iCloud that it would connect to. */
export interface Empty extends Sandbox {
  app: string;
}

/** Something running, with the way to end it. */
export interface Running<T> {
  is: T;
  /** Everything it has written so far, to look for what must never be there. */
  log(): string;
  /** The folder it keeps its data in. */
  folder: string;
  stop(): Promise<void>;
}

class Program {
  private output = "";
  private readonly child: ChildProcess;

  constructor(args: string[], settings: Record<string, string>) {
    // A setting of the developer's own must not reach the program under test.
    const inherited = Object.entries(process.env).filter(([key]) => !key.startsWith("QUINCE_"));
    this.child = spawn(PROGRAM, args, {
      // One machine books more in a run than one stranger may.
      env: { ...Object.fromEntries(inherited), QUINCE_RATE_LIMITS: "off", ...settings },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stderr?.on("data", (data) => {
      this.output += data;
    });
  }

  log(): string {
    return this.output;
  }

  /** The first line of standard output that is JSON. */
  ready<T>(): Promise<T> {
    return this.before((done) => {
      createInterface({ input: this.child.stdout! }).on("line", (line) => {
        if (line.startsWith("{")) {
          done(JSON.parse(line) as T);
        } else {
          this.output += `${line}\n`;
        }
      });
    });
  }

  /** Waits until the address answers. */
  async answers(url: string): Promise<void> {
    this.child.stdout?.on("data", (data) => {
      this.output += data;
    });
    let over = false;
    await this.before<void>(async (done) => {
      while (!over) {
        const answer = await fetch(url).catch(() => undefined);
        if (answer?.ok) {
          done();
          return;
        }
        await new Promise((next) => setTimeout(next, 50));
      }
    }).finally(() => {
      over = true;
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) {
      return;
    }
    const ended = new Promise((done) => this.child.once("exit", done));
    this.child.kill("SIGTERM");
    const force = setTimeout(() => this.child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(force);
  }

  /** Something the program does before it ends and before patience ends. */
  private before<T>(wait: (done: (value: T) => void) => void): Promise<T> {
    return new Promise<T>((done, fail) => {
      const giveUp = (why: string) => fail(new Error(`${PROGRAM} ${why}. It said:\n${this.output}`));
      const patience = setTimeout(() => giveUp("was not ready in time"), PATIENCE_MS);
      this.child.once("error", (error) => giveUp(`could not be started: ${error.message}`));
      this.child.once("exit", (code) => giveUp(`ended with status ${code}`));
      wait((value) => {
        clearTimeout(patience);
        done(value);
      });
    });
  }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (typeof address === "object" && address ? done(address.port) : fail(new Error("no port"))));
    });
  });
}

const newFolder = () => mkdtemp(join(tmpdir(), "quince-"));
const remove = (folder: string) => rm(folder, { recursive: true, force: true });

/** Starts a practice workspace beside a practice iCloud. */
export async function startDemo(): Promise<Running<Demo>> {
  const folder = await newFolder();
  const program = new Program(["demo", "--json", "--data-dir", folder, "--now", NOW], { QUINCE_ADDR: "127.0.0.1:0" });
  const stop = async () => {
    await program.stop();
    await remove(folder);
  };
  try {
    return { is: await program.ready<Demo>(), log: () => program.log(), folder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts a server on an empty folder, as after an installation, and a practice iCloud for it. */
export async function startEmpty(settings: Record<string, string> = {}): Promise<Running<Empty>> {
  const folder = await newFolder();
  const icloud = new Program(["sandbox", "--json", "--port", "0"], {});
  let server: Program | undefined;
  const stop = async () => {
    await server?.stop();
    await icloud.stop();
    await remove(folder);
  };
  try {
    const sandbox = await icloud.ready<Sandbox>();
    const address = `127.0.0.1:${await freePort()}`;
    server = new Program(["serve"], {
      QUINCE_ADDR: address,
      QUINCE_DATA_DIR: folder,
      QUINCE_ICLOUD_URL: sandbox.sandbox,
      ...settings,
    });
    const running = server;
    await running.answers(`http://${address}/readyz`);
    return { is: { ...sandbox, app: `http://${address}` }, log: () => running.log(), folder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
