import type { Manifest } from "../../scripts/workspace.mjs";

/** A package as the rules see it. */
export interface PackageFacts {
  /** `packages/redis`. */
  readonly path: string;
  readonly manifest: Manifest;
  /** Its files, from its folder. */
  readonly files: readonly string[];
}

const SCRIPTS = ["api", "build", "conformance", "lint", "pkg", "test", "types"];
const BUNDLED_SCRIPTS = [...SCRIPTS, "prepack"].sort();
/** The ones that bring one service; redlock composes redis and has neither client nor scripts. */
const ADAPTERS = ["redis", "postgres", "etcd"];
const COMPOSED_ADAPTERS = ["redlock"];
const BODY_FILES = ["src/scripts.ts", "src/sql.ts", "src/transactions.ts"];

/** The same command does the same thing in every package. */
export function scriptProblems({ path, manifest }: PackageFacts): string[] {
  const names = Object.keys(manifest.scripts ?? {}).sort();
  // What is bundled for npm is bundled as it is packed.
  const wanted = manifest.publishConfig?.exports === undefined ? SCRIPTS : BUNDLED_SCRIPTS;
  return names.join() === wanted.join()
    ? []
    : [`${path}: has the scripts ${names.join(", ")} instead of ${wanted.join(", ")}`];
}

/** What a user of npm looks at. */
export function publishedProblems({ path, manifest, files }: PackageFacts): string[] {
  if (manifest.private === true) return [];
  const isEsm = manifest.type === "module";
  const wanted: Readonly<Record<string, boolean>> = {
    "a README.md": files.includes("README.md"),
    "an api.md": files.includes("api.md"),
    "the license MIT": manifest.license === "MIT",
    'an ESM entry (`"type": "module"`, `exports`)': isEsm && manifest.exports !== undefined,
    "only its dist in `files`": manifest.files?.every((file) => /^!?dist/.test(file)) === true,
    "the Node floor in `engines`": manifest.engines?.node === ">=20.19",
    "no dependency but by peers": manifest.dependencies === undefined,
  };
  return Object.entries(wanted)
    .filter(([, isThere]) => !isThere)
    .map(([what]) => `${path}: a published package has ${what}`);
}

/** Who has read one adapter finds everything in the next. */
export function adapterProblems({ path, files }: PackageFacts): string[] {
  const backend = path.replace("packages/", "");
  if (![...ADAPTERS, ...COMPOSED_ADAPTERS].includes(backend)) return [];
  const isComposed = COMPOSED_ADAPTERS.includes(backend);
  const wanted = [
    "README.md",
    "src/index.ts",
    `src/${backend}-provider.ts`,
    `src/${backend}-options.ts`,
    ...(isComposed ? [] : [`src/${backend}-client.ts`]),
    "test/conformance.test.ts",
    "test/behavior.test.ts",
  ];
  const missing = wanted.filter((file) => !files.includes(file));
  if (!isComposed && !BODY_FILES.some((file) => files.includes(file))) {
    missing.push(BODY_FILES.join(" or "));
  }
  return missing.map((file) => `${path}: an adapter has ${file}`);
}
