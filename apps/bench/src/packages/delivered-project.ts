import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readInstalledPackage } from "./installed-package.ts";

/** A folder with packages installed as npm would deliver them: one file each. */
export interface DeliveredProject {
  readonly folder: string;
  /** The command `holdfast`. */
  readonly main: string;
  remove(): Promise<void>;
}

const ALWAYS = ["@holdfast/core", "@holdfast/config", "@holdfast/cli"];

/** Packs the command with these adapters of the repository, and puts it into a project with their driver. */
export async function deliverCommand(
  adapters: readonly string[],
  drivers: readonly string[],
): Promise<DeliveredProject> {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-delivered-"));
  for (const name of new Set([...ALWAYS, ...adapters])) await deliver(name, folder);
  const installed = join(dirname(fileURLToPath(import.meta.url)), "../../node_modules");
  for (const name of drivers) {
    await symlink(await realpath(join(installed, name)), join(folder, "node_modules", name));
  }
  const main = join(folder, "node_modules", "@holdfast", "cli", "main.js");
  await cp(fileURLToPath(new URL("main.js", import.meta.resolve("@holdfast/cli"))), main);
  return { folder, main, remove: () => rm(folder, { recursive: true }) };
}

async function deliver(name: string, folder: string): Promise<void> {
  const { entryUrl } = await readInstalledPackage(name);
  const home = join(folder, "node_modules", name);
  await mkdir(home, { recursive: true });
  await cp(fileURLToPath(entryUrl), join(home, "bundle.js"));
  const manifest = { name, type: "module", exports: "./bundle.js" };
  await writeFile(join(home, "package.json"), JSON.stringify(manifest));
}
