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

/** @type {Record<string, { module: string, version: string, open: string }>} */
const drivers = {
  ioredis: {
    module: "ioredis",
    version: installedVersion("ioredis"),
    open: 'import { Redis } from "ioredis";\nconst client = new Redis({ lazyConnect: true });\n',
  },
  "node-redis": {
    module: "redis",
    version: installedVersion("redis"),
    open: 'import { createClient } from "redis";\nconst client = createClient();\n',
  },
};

/** Takes a lock in memory, and builds the Redis provider without connecting. */
const USE = `
const locks = createLocks({ provider: memory(), ttlMs: 5_000 });
const token = await locks.using("orders/42", (lease) => lease.fencingToken);
if (typeof token !== "bigint") throw new Error("no fencing token");
if (cases.length === 0) throw new Error("no conformance cases");
await locks.close();
const overRedis = createLocks({ provider: redis({ client }) });
if (overRedis.capabilities.fencing !== "monotonic") throw new Error("no fencing over redis");
`;
const IMPORTS = `import { createLocks, memory } from "@holdfast/core";
import { redis } from "@holdfast/redis";
import { cases } from "@holdfast/conformance";
`;

/** @param {string} open */
const commonJs = (open) => {
  const asRequire = (/** @type {string} */ text) =>
    text.replaceAll(/import (\{[^}]*\}) from ("[^"]*");/g, "const $1 = require($2);");
  return `${asRequire(IMPORTS)}${asRequire(open)}(async () => {${USE}process.exit(0);})();\n`;
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
    console.log(`${driver.padEnd(11)} ${what.padEnd(24)} ${passed ? "ok" : "FAILED"}`);
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
    for (const [how, file] of Object.entries({ import: "use.mjs", require: "use.cjs" })) {
      const options = { cwd: project, quiet: true, timeoutMs: CASE_MS_MAX };
      const { code } = await runProcess(program, [file], options);
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
 * @param {{ module: string, version: string, open: string }} driver
 * @param {string[]} tarballs
 */
async function createProject(name, driver, tarballs) {
  progress(`an empty project with ${name}`);
  const folder = path.join(work, name);
  mkdirSync(folder);
  /** @type {Record<string, string>} */
  const files = {
    "package.json": JSON.stringify({ name: "consumer", private: true }),
    "use.mjs": `${IMPORTS}${driver.open}${USE}process.exit(0);\n`,
    "use.cjs": commonJs(driver.open),
    "strict.mts": `${IMPORTS}${driver.open}${USE}`,
    "tsconfig.nodenext.json": JSON.stringify(tsconfig("nodenext")),
    "tsconfig.bundler.json": JSON.stringify(tsconfig("bundler")),
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(folder, file), text);
  const nodeTypes = readJson(path.join(rootFolder, "package.json")).devDependencies["@types/node"];
  await npmInstall(
    [...tarballs, `${driver.module}@${driver.version}`, `@types/node@${nodeTypes}`],
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

/** @param {string} name The version of a driver that this repository is tested with. */
function installedVersion(name) {
  const redis = path.join(rootFolder, "packages", "redis", "node_modules");
  return readJson(path.join(redis, name, "package.json")).version;
}
