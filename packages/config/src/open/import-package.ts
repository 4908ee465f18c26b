import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Place } from "../place.ts";

/** What a module exports. */
export type Exports = Readonly<Record<string, unknown>>;

/**
 * Imports a package as the configuration's folder sees it; where it has none, as this package does, for a
 * command that is installed with its backends elsewhere. One of its drivers must be there as well: it is
 * imported on first use, which would be late to learn that it is missing.
 */
export async function importPackage(
  { name, drivers = [] }: { readonly name: string; readonly drivers?: readonly string[] },
  folder: string,
  place: Place,
): Promise<Exports> {
  const entry =
    entryOf(name, folder) ?? entryOf(name, path.dirname(fileURLToPath(import.meta.url)));
  if (entry === undefined) throw missing(name, place);
  const [driver] = drivers;
  const isDriven = drivers.some((each) => entryOf(each, path.dirname(entry)) !== undefined);
  if (driver !== undefined && !isDriven) throw missing(driver, place);
  try {
    return await import(pathToFileURL(entry).href);
  } catch (error) {
    const [, other] = /^Cannot find package '([\w@./-]+)'/.exec((error as Error).message) ?? [];
    if (other !== undefined) throw missing(other, place);
    throw place.error(`needs the package ${name}, which is there but cannot be loaded`);
  }
}

function missing(name: string, place: Place): Error {
  return place.lacks(`the package ${name} is not installed: npm install ${name}`);
}

function entryOf(name: string, folder: string): string | undefined {
  const require = createRequire(path.join(folder, "holdfast.config.js"));
  try {
    return require.resolve(name);
  } catch (error) {
    // Exported for `import` alone, which `require` does not see.
    if ((error as { readonly code?: unknown }).code !== "ERR_PACKAGE_PATH_NOT_EXPORTED")
      return undefined;
    return importOnlyEntry(name, require.resolve.paths(name) ?? []);
  }
}

/** The file that `exports` names for `import`, without looking deeper than one condition. */
function importOnlyEntry(name: string, folders: readonly string[]): string | undefined {
  const home = folders.map((folder) => path.join(folder, name)).find((it) => existsSync(it));
  if (home === undefined) return undefined;
  const { exports } = JSON.parse(readFileSync(path.join(home, "package.json"), "utf8"));
  const entry = exports?.["."]?.import ?? exports?.import;
  const file = typeof entry === "string" ? entry : entry?.default;
  return typeof file === "string" ? path.join(home, file) : undefined;
}
