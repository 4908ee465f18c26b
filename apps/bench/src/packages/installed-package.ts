import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
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
}

/** Reads a package as this application has it installed. */
export async function readInstalledPackage(name: string): Promise<InstalledPackage> {
  const entryUrl = import.meta.resolve(name);
  const { folder, manifest } = await findManifest(name, entryUrl);
  return {
    entryUrl,
    runtimeDependencies: Object.keys(manifest.dependencies ?? {}).length,
    packedKib: await packedKibOf(folder),
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

/** Walks up from the entry file to the manifest of that name: packages seldom export their own. */
async function findManifest(
  name: string,
  entryUrl: string,
): Promise<{ readonly folder: string; readonly manifest: Manifest }> {
  let folder = dirname(fileURLToPath(entryUrl));
  while (folder !== dirname(folder)) {
    const manifest = await readManifest(folder);
    if (manifest?.name === name) return { folder, manifest };
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

async function packedKibOf(folder: string): Promise<number> {
  const { stdout } = await promisify(execFile)(
    "npm",
    ["pack", "--dry-run", "--json", "--ignore-scripts"],
    { cwd: folder },
  );
  const [tarball] = JSON.parse(stdout) as readonly { readonly size: number }[];
  if (tarball === undefined) throw new Error(`npm pack said nothing about ${folder}`);
  return tarball.size / 1024;
}
