import { installedVersion } from "../packages/installed-package.ts";
import type { Strategy } from "../strategy.ts";

/** The packages whose version a reader needs to repeat any run. */
const PACKAGES: readonly string[] = [
  "@holdfast/core",
  "@holdfast/redis",
  "@holdfast/redlock",
  "ioredis",
  "redis",
];

/** The driver of the strategies on each further kind of server. */
const DRIVERS: Readonly<Partial<Record<string, string>>> = { postgres: "pg", etcd: "etcd3" };

/** Name to version: node, the servers that run, and the packages that are measured or used for it. */
export type Versions = Readonly<Record<string, string>>;

export async function describeVersions(
  servers: Versions,
  strategies: readonly Strategy[],
): Promise<Versions> {
  const used = strategies.flatMap(({ backend, packageName }) => [DRIVERS[backend], packageName]);
  const names = new Set([...PACKAGES, ...used].filter((name) => name !== undefined));
  const found = await Promise.all(
    [...names].map(async (name) => [name, await installedVersion(name)] as const),
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
