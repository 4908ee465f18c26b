import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { findLocalBinary } from "./local-binary.ts";

const INSTALL_TIMEOUT_MS = 300_000;

/** Why this process cannot install Debian packages; undefined when it can. */
export function aptObstacle(): string | undefined {
  if (!existsSync("/etc/debian_version")) return "this is not Debian";
  if (findLocalBinary("apt-get") === undefined) return "there is no apt-get";
  if (process.getuid?.() !== 0) return "this does not run as root";
  return undefined;
}

/** Installs Debian packages, their output on stderr; rejects when apt-get does. */
export async function aptInstall(packages: readonly string[]): Promise<void> {
  await aptGet(["update", "-qq"]);
  await aptGet(["install", "-qq", "--yes", "--no-install-recommends", ...packages]);
}

async function aptGet(args: readonly string[]): Promise<void> {
  const child = spawn("apt-get", args, {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    // The standard output belongs to whoever asks which source is used.
    stdio: ["ignore", 2, 2],
    timeout: INSTALL_TIMEOUT_MS,
  });
  const [code, signal] = await once(child, "exit");
  if (code !== 0) throw new Error(`apt-get ${args.join(" ")} ended with ${code ?? signal}`);
}
