import { spawnSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { guardExit } from "./exit-guard.ts";
import { createServerFolder } from "./server-folder.ts";

const SOURCE = fileURLToPath(new URL("../clock-shim/clock-shim.c", import.meta.url));
const BUILD_TIMEOUT_MS = 60_000;
const READABLE_BY_ALL = 0o755;

/** Where the built shim is, or why there is none. */
export type ClockShim =
  | { readonly available: true; readonly folder: string; readonly library: string }
  | { readonly available: false; readonly explanation: string };

let built: ClockShim | undefined;

/**
 * The library that moves the wall clock of a process: built once per process, into a folder that
 * goes with it. Needs Linux and a C compiler.
 */
export function clockShim(): ClockShim {
  built ??= build();
  return built;
}

function build(): ClockShim {
  if (process.platform !== "linux") return missing(`this is ${process.platform}, not Linux`);
  const folder = createServerFolder("clock");
  guardExit(() => rmSync(folder, { recursive: true, force: true }));
  // Postgres runs as another user, and reads it as well.
  chmodSync(folder, READABLE_BY_ALL);
  const library = join(folder, "clock-shim.so");
  const args = ["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library, SOURCE, "-ldl"];
  const { status, error, stderr } = spawnSync("cc", args, {
    encoding: "utf8",
    timeout: BUILD_TIMEOUT_MS,
  });
  if (status !== 0) return missing(error?.message ?? stderr);
  return { available: true, folder, library };
}

function missing(reason: string): ClockShim {
  const explanation = [
    `NO CLOCK SHIM: what moves the wall clock of a server cannot run. Reason: ${reason}`,
    "What to do: install a C compiler as `cc` (Debian: apt-get install gcc libc6-dev), on Linux.",
  ].join("\n");
  return { available: false, explanation };
}
