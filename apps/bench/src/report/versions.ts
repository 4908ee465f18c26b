import { installedVersion } from "../packages/installed-package.ts";

/** The packages whose version a reader needs to repeat a run. */
const PACKAGES = [
  "@holdfast/core",
  "@holdfast/redis",
  "@holdfast/redlock",
  "ioredis",
  "redis",
  "async-mutex",
  "async-lock",
] as const;

/** Name to version: node, the servers that run, and the packages that are installed. */
export type Versions = Readonly<Record<string, string>>;

export async function describeVersions(servers: Versions): Promise<Versions> {
  const found = await Promise.all(
    PACKAGES.map(async (name) => [name, await installedVersion(name)] as const),
  );
  const installed = found.flatMap(([name, version]) =>
    version === undefined ? [] : [[name, version] as const],
  );
  return {
    node: process.versions.node,
    ...servers,
    ...Object.fromEntries(installed),
  };
}
