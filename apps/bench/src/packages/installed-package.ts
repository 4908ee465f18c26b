import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

export interface InstalledPackage {
  readonly entryUrl: string;
  /** Direct ones, peers excluded: those are the application's own. */
  readonly runtimeDependencies: number;
  /** Of the tarball that `npm pack` would make. */
  readonly packedKib: number;
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly publishConfig?: { readonly exports?: { readonly ".": { readonly default: string } } };
}

/**
 * Reads a package as this application has it installed. One of this repository's own is packed first
 * and read as npm would deliver it: its modules joined into one file.
 */
export async function readInstalledPackage(name: string): Promise<InstalledPackage> {
  const entryUrl = import.meta.resolve(name);
  const { folder, manifest } = await findManifest(name, entryUrl);
  const delivered = manifest.publishConfig?.exports?.["."].default;
  return {
    packedKib: await packedKibOf(folder, delivered !== undefined),
    entryUrl: delivered === undefined ? entryUrl : pathToFileURL(join(folder, delivered)).href,
    runtimeDependencies: Object.keys(manifest.dependencies ?? {}).length,
  };
}

/** The installed version of a package, or undefined if it cannot be found. */
export async function installedVersion(name: string): Promise<string | undefined> {
  try {
    return (await findManifest(name, import.meta.resolve(name))).manifest.version;
  } catch {
    return undefined;
  }
}

/**
 * Walks up from the entry file to the package's manifest: packages seldom export their own. Its name
 * differs from the one asked for where the application gave it another one.
 */
async function findManifest(
  name: string,
  entryUrl: string,
): Promise<{ readonly folder: string; readonly manifest: Manifest }> {
  let folder = dirname(fileURLToPath(entryUrl));
  while (folder !== dirname(folder)) {
    const manifest = await readManifest(folder);
    if (manifest?.name !== undefined && manifest.version !== undefined) return { folder, manifest };
    folder = dirname(folder);
  }
  throw new Error(`no package.json of ${name} above ${entryUrl}`);
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Manifest;
  } catch {
    return undefined;
  }
}

/** Packing one of our own runs the script that joins its modules; nobody else's scripts are run. */
async function packedKibOf(folder: string, isOwn: boolean): Promise<number> {
  const args = ["pack", "--dry-run", "--json", ...(isOwn ? [] : ["--ignore-scripts"])];
  const { stdout } = await promisify(execFile)("npm", args, { cwd: folder });
  const [tarball] = JSON.parse(stdout) as readonly { readonly size: number }[];
  if (tarball === undefined) throw new Error(`npm pack said nothing about ${folder}`);
  return tarball.size / 1024;
}
