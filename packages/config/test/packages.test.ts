import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { connectLocks } from "../src/index.ts";

const RUN_MS_MAX = 20_000;
const packages = fileURLToPath(new URL("../../", import.meta.url));
const root = mkdtempSync(path.join(tmpdir(), "holdfast-packages-"));
afterAll(() => rmSync(root, { recursive: true }));

/** A new folder in which these packages of the repository are installed. */
function project(installed: readonly string[] = []): string {
  const folder = mkdtempSync(path.join(root, "project-"));
  mkdirSync(path.join(folder, "node_modules", "@holdfast"), { recursive: true });
  for (const name of installed) {
    // Copies: a link would lead back to where everything is installed.
    const home = path.join(folder, "node_modules", "@holdfast", name);
    for (const part of ["package.json", "dist"]) {
      cpSync(path.join(packages, name, part), path.join(home, part), { recursive: true });
    }
  }
  return folder;
}

function addPackage(
  folder: string,
  name: string,
  { text, exports }: { readonly text: string; readonly exports: unknown },
): void {
  const home = path.join(folder, "node_modules", name);
  mkdirSync(home, { recursive: true });
  writeFileSync(path.join(home, "package.json"), JSON.stringify({ name, type: "module", exports }));
  writeFileSync(path.join(home, "index.js"), text);
}

/** Serves `counting:`, and counts what it makes. */
const COUNTING = `import { memory } from "@holdfast/core";
export const holdfastBackend = {
  options: { size: { type: "integer", minimum: 1, maximum: 9 } },
  create({ url, options, clock }) {
    if (options.size === 9) throw new RangeError("size 9 is not for " + url);
    globalThis.countingMade = { url, options };
    return memory({ clock });
  },
};
`;

describe("a package of somebody else", () => {
  test.each([
    ["as most are", "./index.js"],
    ["for import alone", { ".": { import: { types: "./index.d.ts", default: "./index.js" } } }],
  ])("serves a scheme that the configuration gives it, exported %s", async (_how, exports) => {
    const cwd = project(["core"]);
    addPackage(cwd, "holdfast-counting", { text: COUNTING, exports });
    writeFileSync(
      path.join(cwd, "holdfast.config.json"),
      JSON.stringify({
        backends: { main: "counting://here?size=3&ttlMs=2000" },
        schemes: { counting: "holdfast-counting" },
      }),
    );
    await using locks = await connectLocks(undefined, { cwd, env: {} });
    expect(await locks.using("a", (lease) => lease.ttlMs)).toBe(2_000);
    expect(Reflect.get(globalThis, "countingMade")).toEqual({
      url: "counting://here",
      options: { size: 3 },
    });
  });

  test.each([
    ["counting:?size=10", "url.size is 10; accepted: a whole number from 1 to 9"],
    ["counting:?sise=1", "url.sise is not an option of counting; accepted: size, ttlMs"],
    ["counting://:secret@a?size=9", "size 9 is not for counting://:***@a"],
    ["absent:", "the package holdfast-absent is not installed: npm install holdfast-absent"],
    ["empty:", "needs holdfast-empty to export holdfastBackend with options and create"],
  ])("is checked like ours: %s", async (url, words) => {
    const cwd = project(["core"]);
    addPackage(cwd, "holdfast-counting", { text: COUNTING, exports: "./index.js" });
    addPackage(cwd, "holdfast-empty", { text: "export {};", exports: "./index.js" });
    const names = ["counting", "absent", "empty"];
    const schemes = Object.fromEntries(names.map((name) => [name, `holdfast-${name}`]));
    await expect(connectLocks(url, { cwd, env: {}, schemes })).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining(words),
    });
  });
});

/** Runs a program in a folder that has only config and core, and says what came of it. */
async function runIn(folder: string, program: string): Promise<string> {
  const file = path.join(folder, "program.mjs");
  writeFileSync(file, program);
  const { stdout } = await promisify(execFile)(process.execPath, [file], {
    cwd: folder,
    // Test runners set it to where everything of the repository is found.
    env: { ...process.env, NODE_PATH: "" },
    timeout: RUN_MS_MAX,
  });
  return stdout;
}

/** As npm would install it: a folder of its own, from which nothing of the repository is found. */
function bareConfig(): string {
  return project(["core", "config"]);
}

const CONNECT = `import { connectLocks } from "@holdfast/config";
const say = (error) => console.log(error.code, error.message);
`;

describe("what is not installed", () => {
  test.each(["redis", "redlock", "postgres", "etcd"])(
    "is named with its command: %s",
    async (name) => {
      const program = `${CONNECT}await connectLocks("${name}://a").catch(say);`;
      expect(await runIn(bareConfig(), program)).toBe(
        `CONFIG_INVALID url: the package @holdfast/${name} is not installed: npm install @holdfast/${name}\n`,
      );
    },
  );

  test.each([
    ["redis", "ioredis"],
    ["postgres", "pg"],
    ["etcd", "etcd3"],
  ])("and so is the driver of %s", async (name, driver) => {
    const folder = bareConfig();
    addPackage(folder, `@holdfast/${name}`, { text: "export {};", exports: "./index.js" });
    const program = `${CONNECT}await connectLocks("${name}://a").catch(say);`;
    expect(await runIn(folder, program)).toContain(
      `the package ${driver} is not installed: npm install ${driver}`,
    );
  });

  test("troubles nobody who uses another backend", async () => {
    const program = `${CONNECT}
const locks = await connectLocks({ backends: { here: "memory:", there: "etcd://a" } }, { backend: "here" });
console.log(await locks.using("a", () => "used"));
try { locks.backend("there"); } catch (error) { say(error); }
await locks.close();`;
    const [used, missing] = (await runIn(bareConfig(), program)).split("\n");
    expect(used).toBe("used");
    expect(missing).toMatch(/^CONFIG_INVALID .*npm install @holdfast\/etcd$/);
  });
});

test("only the adapter that is used is imported, and its driver with the first call", async () => {
  const folder = project(["core", "config", "redis"]);
  for (const name of ["ioredis", "@holdfast/etcd", "etcd3"]) {
    addPackage(folder, name, { text: `console.log("${name} is loaded");`, exports: "./index.js" });
  }
  const program = `import { connectProvider } from "@holdfast/config";
const config = { backends: { main: "redis://127.0.0.1:1", other: "etcd://a" } };
const { provider } = await connectProvider(config, { backend: "main" });
console.log(provider.name);
await provider.ping().catch((error) => console.log(error.name));
await provider[Symbol.asyncDispose]();`;
  expect(await runIn(folder, program)).toMatch(/^redis\nioredis is loaded\n\w+\n$/);
});
