import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const MAIN_FILE = fileURLToPath(new URL("../dist/web/web-main.js", import.meta.url));
const START_MS_MAX = 30_000;

/** The built server of the page, as a process of its own. */
export class WebProcess {
  readonly url: string;
  readonly child: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(child: ChildProcess, ended: Promise<unknown>, url: string) {
    this.child = child;
    this.#ended = ended;
    this.url = url;
  }

  /** Starts it, and waits until it says where it listens. Results are kept in `folder`. */
  static async start(
    folder: string,
    args: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
  ): Promise<WebProcess> {
    const child = spawn(process.execPath, [MAIN_FILE, "--results", folder, ...args], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "close");
    const url = await new Promise<string>((resolve, reject) => {
      let said = "";
      const timer = setTimeout(() => reject(new Error(`no address in: ${said}`)), START_MS_MAX);
      child.stdout.on("data", (bytes: Buffer) => {
        said += bytes.toString();
        const found = /^Open (\S+)\n/m.exec(said)?.[1];
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(found);
      });
      child.once("close", () => reject(new Error(`it ended: ${said}`)));
    });
    return new WebProcess(child, ended, url);
  }

  /** Ends it and gives the exit code; null where the signal left it no choice. */
  async end(signal: NodeJS.Signals = "SIGINT"): Promise<number | null> {
    this.child.kill(signal);
    await this.#ended;
    return this.child.exitCode;
  }
}
