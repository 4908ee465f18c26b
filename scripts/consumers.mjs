import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { installNodes, npmInstall } from "./nodes.mjs";
import { runProcess } from "./run-process.mjs";
import { progress, runPnpm } from "./set-up.mjs";
import { readJson, rootFolder, workspacePackages } from "./workspace.mjs";

/**
 * Installs the packages as npm would deliver them into empty projects, one per driver, and uses
 * them from ECMAScript modules, from CommonJS and from TypeScript, on every Node that is supported.
 */
/** @typedef {{ driver: string, what: string, passed: boolean }} Row */

const CASE_MS_MAX = 60_000;
const FOREIGN_DECLARATION = /^node_modules\/(?!@holdfast\/)/;

/**
 * @typedef {object} Driver
 * @property {string} module
 * @property {string} provider The package of ours that takes it, without the scope.
 * @property {string} open Makes what the provider takes, without connecting.
 * @property {string} options
 */

/** @type {Record<string, Driver>} */
const drivers = {
  ioredis: {
    module: "ioredis",
    provider: "redis",
    open: 'import { Redis } from "ioredis";\nconst client = new Redis({ lazyConnect: true });\n',
    options: "{ client }",
  },
  "node-redis": {
    module: "redis",
    provider: "redis",
    open: 'import { createClient } from "redis";\nconst client = createClient();\n',
    options: "{ client }",
  },
  pg: {
    module: "pg",
    provider: "postgres",
    open: 'const url = "postgres://localhost:5432/postgres";\n',
    options: "{ url }",
  },
  etcd3: {
    module: "etcd3",
    provider: "etcd",
    open: 'import { Etcd3 } from "etcd3";\nconst client = new Etcd3({ hosts: "http://localhost:2379" });\n',
    options: "{ client }",
  },
};

/**
 * Takes a lock in memory, and builds the provider without connecting.
 *
 * @param {Driver} driver
 */
const use = ({ provider, options }) => `
const locks = createLocks({ provider: memory(), ttlMs: 5_000 });
const token = await locks.using("orders/42", (lease) => lease.fencingToken);
if (typeof token !== "bigint") throw new Error("no fencing token");
if (cases.length === 0) throw new Error("no conformance cases");
await locks.close();
const over = createLocks({ provider: ${provider}(${options}) });
if (over.capabilities.fencing !== "monotonic") throw new Error("no fencing over ${provider}");
`;

/** @param {Driver} driver */
const imports = ({ provider }) => `import { createLocks, memory } from "@holdfast/core";
import { ${provider} } from "@holdfast/${provider}";
import { cases } from "@holdfast/conformance";
`;

/** @param {Driver} driver */
const commonJs = (driver) => {
  const asRequire = (/** @type {string} */ text) =>
    text.replaceAll(/import (\{[^}]*\}) from ("[^"]*");/g, "const $1 = require($2);");
  const before = asRequire(`${imports(driver)}${driver.open}`);
  return `${before}(async () => {${use(driver)}process.exit(0);})();\n`;
};

/** A configuration in TypeScript is read where this Node strips types, and refused in words elsewhere. */
const configured = `import { connectLocks } from "@holdfast/config";
const stripsTypes = Boolean(process.features.typescript);
const locks = await connectLocks().catch((error) => {
  if (stripsTypes || !/needs a Node that strips types/.test(error.message)) throw error;
});
if ((locks !== undefined) !== stripsTypes) throw new Error("read, though types are not stripped");
if (stripsTypes && (await locks.using("a", ({ ttlMs }) => ttlMs)) !== 5_000) throw new Error("not read");
await locks?.close();
`;

const configuration = `import { defineConfig, type HoldfastConfig } from "@holdfast/config";
const config: HoldfastConfig = { defaults: { ttlMs: 5_000 }, backends: { only: "memory:" } };
export default defineConfig(config);
`;

/** What is run in each project on each Node, by what it shows. */
const PROGRAMS = {
  import: ["use.mjs"],
  require: ["use.cjs"],
  "holdfast.config.ts": ["configured.mjs"],
  "holdfast run": [
    ...["node_modules/@holdfast/cli/dist/main.js", "run", "a", "--url", "memory:"],
    ...["--", "true"],
  ],
};

/** @param {string} moduleResolution */
const tsconfig = (moduleResolution) => ({
  compilerOptions: {
    target: "ES2023",
    lib: ["ES2023", "ESNext.Disposable"],
    module: moduleResolution === "bundler" ? "ESNext" : "NodeNext",
    moduleResolution,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    types: ["node"],
    skipLibCheck: false,
  },
  files: ["strict.mts"],
});

const work = mkdtempSync(path.join(tmpdir(), "holdfast-consumers-"));
try {
  process.exitCode = await main();
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function main() {
  const tarballs = await pack();
  const nodes = await installNodes();
  /** @type {Row[]} */
  const rows = [];
  for (const [name, driver] of Object.entries(drivers)) {
    const project = await createProject(name, driver, tarballs);
    rows.push(...(await tryTypes(name, project)), ...(await tryNodes(name, project, nodes)));
  }
  for (const { driver, what, passed } of rows) {
    console.log(`${driver.padEnd(11)} ${what.padEnd(32)} ${passed ? "ok" : "FAILED"}`);
  }
  return rows.every(({ passed }) => passed) ? 0 : 1;
}

/**
 * @param {string} driver
 * @param {string} project
 */
async function tryTypes(driver, project) {
  /** @type {Row[]} */
  const rows = [];
  for (const moduleResolution of ["nodenext", "bundler"]) {
    const passed = await compiles(moduleResolution, project);
    rows.push({ driver, what: `types, ${moduleResolution}`, passed });
  }
  return rows;
}

/**
 * @param {string} driver
 * @param {string} project
 * @param {{ version: string, program: string }[]} nodes
 */
async function tryNodes(driver, project, nodes) {
  /** @type {Row[]} */
  const rows = [];
  for (const { version, program } of nodes) {
    for (const [how, args] of Object.entries(PROGRAMS)) {
      const options = { cwd: project, quiet: true, timeoutMs: CASE_MS_MAX };
      const { code } = await runProcess(program, args, options);
      rows.push({ driver, what: `${how}, Node ${version}`, passed: code === 0 });
    }
  }
  return rows;
}

async function pack() {
  progress("packing");
  for (const { folder } of workspacePackages().filter((each) => each.published)) {
    const packing = ["pack", "--pack-destination", work];
    const { code } = await runPnpm(packing, { cwd: folder, quiet: true });
    if (code !== 0) throw new Error(`${folder} could not be packed`);
  }
  return readdirSync(work)
    .filter((file) => file.endsWith(".tgz"))
    .map((file) => path.join(work, file));
}

/**
 * @param {string} name
 * @param {Driver} driver
 * @param {string[]} tarballs
 */
async function createProject(name, driver, tarballs) {
  progress(`an empty project with ${name}`);
  const folder = path.join(work, name);
  mkdirSync(folder);
  /** @type {Record<string, string>} */
  const files = {
    "package.json": JSON.stringify({ name: "consumer", private: true }),
    "use.mjs": `${imports(driver)}${driver.open}${use(driver)}process.exit(0);\n`,
    "use.cjs": commonJs(driver),
    "configured.mjs": configured,
    "holdfast.config.ts": configuration,
    "strict.mts": `${imports(driver)}${driver.open}${use(driver)}`,
    "tsconfig.nodenext.json": JSON.stringify(tsconfig("nodenext")),
    "tsconfig.bundler.json": JSON.stringify(tsconfig("bundler")),
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(folder, file), text);
  const nodeTypes = readJson(path.join(rootFolder, "package.json")).devDependencies["@types/node"];
  await npmInstall(
    [...tarballs, `${driver.module}@${installedVersion(driver)}`, `@types/node@${nodeTypes}`],
    folder,
  );
  return folder;
}

/**
 * Compiles the project with every declaration checked, and looks away from other people's: the
 * drivers' and Node's own do not pass under these flags.
 *
 * @param {string} moduleResolution
 * @param {string} cwd
 */
async function compiles(moduleResolution, cwd) {
  const tsc = path.join(rootFolder, "node_modules", "typescript", "bin", "tsc");
  const { code, output } = await runProcess(
    process.execPath,
    [tsc, "-p", `tsconfig.${moduleResolution}.json`, "--pretty", "false"],
    { cwd, capture: true, timeoutMs: CASE_MS_MAX },
  );
  const ours = output
    .split(/\n(?=\S)/)
    .filter((error) => error.includes("error TS") && !FOREIGN_DECLARATION.test(error));
  for (const error of ours) console.error(error);
  return ours.length === 0 && (code === 0 || output.includes("error TS"));
}

/**
 * The version of a driver that this repository is tested with.
 *
 * @param {Driver} driver
 */
function installedVersion({ module, provider }) {
  const modules = path.join(rootFolder, "packages", provider, "node_modules");
  return readJson(path.join(modules, module, "package.json")).version;
}
