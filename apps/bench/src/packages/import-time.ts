import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { CorePinning } from "../server/core-pinning.ts";

const TIMER_FILE = fileURLToPath(new URL("./import-timer.js", import.meta.url));

/** Milliseconds to import `url` in a fresh process; without one, an empty module. */
export async function importMs(pinning: CorePinning, url: string | undefined): Promise<number> {
  const { program, args } = pinning.nodeCommand(TIMER_FILE, ...(url === undefined ? [] : [url]));
  const { stdout } = await promisify(execFile)(program, args);
  return Number(stdout);
}
