import path from "node:path";
import { withoutComments } from "./source-text.ts";
import type { TrackedFile } from "./tracked-files.ts";

/** What the sources of a package may import besides Node's own modules. */
interface Allowance {
  /** Packages of this repository. */
  readonly ours: readonly string[] | "any" | "published";
  /** Whether other people's packages may be imported when the file loads. */
  readonly foreign: boolean;
  /** Drivers, only by `import()`, when the user gives a URL instead of a client. */
  readonly lazily?: readonly string[];
}

const PUBLISHED = ["core", "config", "redis", "redlock", "postgres", "etcd", "conformance", "cli"];

/** The table of ARCHITECTURE.md. A package that is not in it may not exist. */
const allowances: Readonly<Record<string, Allowance>> = {
  "packages/core": { ours: [], foreign: false },
  "packages/config": {
    ours: ["core"],
    foreign: false,
    lazily: ["@holdfast/redis", "@holdfast/redlock", "@holdfast/postgres", "@holdfast/etcd"],
  },
  "packages/redis": { ours: ["core"], foreign: false, lazily: ["ioredis", "redis"] },
  "packages/redlock": { ours: ["core", "redis"], foreign: false },
  "packages/postgres": { ours: ["core"], foreign: false, lazily: ["pg"] },
  "packages/etcd": { ours: ["core"], foreign: false, lazily: ["etcd3"] },
  "packages/conformance": { ours: ["core"], foreign: false },
  "packages/command-line": { ours: ["config"], foreign: true },
  "packages/simulation": {
    ours: ["core", "redis", "redis/scripts", "history", "command-line"],
    foreign: true,
  },
  "packages/history": { ours: [], foreign: false },
  "packages/test-servers": { ours: [], foreign: true },
  "packages/cli": { ours: "published", foreign: true },
  "apps/bench": { ours: "any", foreign: true },
  "apps/chaos": { ours: "any", foreign: true },
  examples: { ours: "published", foreign: true },
};

const SOURCE = /^(?<home>(?:packages|apps)\/[^/]+|examples)\/.*\.(?:ts|mts|js|mjs)$/;
const TEST = /(?:^|\/)test\/|\.test\.ts$|\.config\.ts$/;
const STATIC = /(?:\bfrom|^\s*import)\s*["']([^"'\n]+)["']/gm;
const LAZY = /\b(?:import|require)\(\s*["']([^"'\n]+)["']/g;

/** Imports that the dependency rule between packages forbids. Tests may import what they like. */
export function dependencyProblems(file: TrackedFile): string[] {
  const home = SOURCE.exec(file.path)?.groups?.["home"];
  if (home === undefined || TEST.test(file.path)) return [];
  const allowance = allowances[home];
  if (allowance === undefined) return [`${file.path}: ${home} is not in the table of packages`];
  const text = withoutComments(file.text);
  const problemOf = (specifier: string, isLazy: boolean) => {
    if (isAllowed(specifier, isLazy, { file: file.path, home, allowance })) return [];
    return [`${file.path}: ${home} may not ${isLazy ? "load" : "import"} ${specifier}`];
  };
  return [
    ...[...text.matchAll(STATIC)].flatMap(([, specifier = ""]) => problemOf(specifier, false)),
    ...[...text.matchAll(LAZY)].flatMap(([, specifier = ""]) => problemOf(specifier, true)),
  ];
}

function isAllowed(
  specifier: string,
  isLazy: boolean,
  from: { readonly file: string; readonly home: string; readonly allowance: Allowance },
): boolean {
  const { ours, foreign, lazily = [] } = from.allowance;
  if (specifier.startsWith("node:")) return true;
  if (specifier.startsWith(".")) {
    const target = path.posix.join(path.posix.dirname(from.file), specifier);
    return target.startsWith(`${from.home}/`);
  }
  if (isLazy && lazily.includes(specifier)) return true;
  if (!specifier.startsWith("@holdfast/")) return foreign;
  const name = specifier.slice("@holdfast/".length);
  if (ours === "any") return true;
  return (ours === "published" ? PUBLISHED : ours).includes(name);
}

const DRIVERS = ["ioredis", "redis", "pg", "etcd3"];

/** Emitted declarations that speak of a driver: its user would need that driver's types. */
export function driverTypeProblems(file: TrackedFile): string[] {
  const text = withoutComments(file.text);
  return [...text.matchAll(STATIC), ...text.matchAll(LAZY)]
    .map(([, specifier = ""]) => specifier)
    .filter((specifier) => DRIVERS.includes(specifier))
    .map((driver) => `${file.path}: the public types name the driver ${driver}`);
}
