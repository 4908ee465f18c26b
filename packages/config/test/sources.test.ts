// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how configurations write variables.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { type ConnectOptions, connectLocks, connectProvider, defineConfig } from "../src/index.ts";

const root = mkdtempSync(path.join(tmpdir(), "holdfast-sources-"));
afterAll(() => rmSync(root, { recursive: true }));

/** A new folder with these files. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(root, "folder-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

/** The name of the backend that is chosen, and its default ttl as it comes out. */
async function chosen(options: ConnectOptions, input?: Parameters<typeof connectProvider>[0]) {
  const { name, provider, options: locks } = await connectProvider(input, { env: {}, ...options });
  await provider[Symbol.asyncDispose]();
  return { name, ttlMs: locks.ttlMs, provider: provider.name };
}

const json = (config: object) => JSON.stringify(config);
const one = json({ backends: { main: "memory:?ttlMs=5000" } });
const module = `export default ${one};`;

describe("the source", () => {
  test("is the argument before HOLDFAST_URL before a file", async () => {
    const cwd = folderWith({ "holdfast.config.json": one });
    const env = { HOLDFAST_URL: "memory:?ttlMs=6000" };
    expect((await chosen({ cwd, env }, "memory:?ttlMs=7000")).ttlMs).toBe(7_000);
    expect((await chosen({ cwd, env })).ttlMs).toBe(6_000);
    expect((await chosen({ cwd })).ttlMs).toBe(5_000);
    expect((await chosen({ cwd, env: { HOLDFAST_URL: "" } })).ttlMs).toBe(5_000);
  });

  test.each([
    ["holdfast.config.json", one],
    ["holdfast.config.mjs", module],
    ["holdfast.config.js", `module.exports = ${one};`],
  ])("can be %s", async (file, text) => {
    expect((await chosen({ cwd: folderWith({ [file]: text }) })).ttlMs).toBe(5_000);
  });

  test("is the nearest file upward", async () => {
    const cwd = folderWith({
      "holdfast.config.json": one,
      "near/holdfast.config.mjs": module.replace("5000", "8000"),
      "near/by/empty": "",
      "far/empty": "",
    });
    expect((await chosen({ cwd: path.join(cwd, "near", "by") })).ttlMs).toBe(8_000);
    expect((await chosen({ cwd: path.join(cwd, "far") })).ttlMs).toBe(5_000);
  });

  test("in TypeScript is read where Node strips types, and is refused in words elsewhere", async () => {
    const text = `const config: object = ${one};\nexport default config;`;
    const options = { cwd: folderWith({ "holdfast.config.ts": text }) };
    const { typescript } = process.features as { readonly typescript?: unknown };
    if (typescript) {
      expect((await chosen(options)).ttlMs).toBe(5_000);
    } else {
      await expect(chosen(options)).rejects.toThrow(
        /^holdfast\.config\.ts: needs a Node that strips types, 22\.18 or newer, and this is v\d+/,
      );
    }
  });

  test.each([
    ["holdfast.config.json", '{\n  "backends":\n}', "holdfast.config.json: is not JSON"],
    [
      "holdfast.config.mjs",
      "\n\nthrow new RangeError();",
      "cannot be loaded: RangeError at line 3",
    ],
    ["holdfast.config.mjs", "export const config = 1;", "exports no default"],
    [
      "holdfast.config.json",
      '{"backends":{"a":"memory:?x=1"}}',
      "holdfast.config.json: backends.a.x",
    ],
  ])("%s that is wrong is named, with the place", async (file, text, words) => {
    await expect(chosen({ cwd: folderWith({ [file]: text }) })).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining(words),
    });
  });
});

describe("the backend", () => {
  const several = defineConfig({
    defaults: { ttlMs: 4_000 },
    backends: {
      local: "memory:",
      none: { url: "noop:", ttlMs: 3_000 },
      prod: "redis://:${REDIS_PASSWORD}@127.0.0.1:6379?prefix=a",
    },
    environments: { test: "local", development: "none", production: "prod" },
  });

  test("is the one of HOLDFAST_ENV, then of NODE_ENV", async () => {
    expect(await chosen({ env: { NODE_ENV: "test" } }, several)).toMatchObject({ name: "local" });
    const env = { NODE_ENV: "test", HOLDFAST_ENV: "development" };
    expect(await chosen({ env }, several)).toMatchObject({ name: "none", ttlMs: 3_000 });
  });

  test("is the one that the program names", async () => {
    expect(await chosen({ environment: "test" }, several)).toMatchObject({ ttlMs: 4_000 });
    expect(await chosen({ backend: "none", ttlMs: 2_000 }, several)).toMatchObject({
      ttlMs: 2_000,
    });
  });

  test.each<[string, ConnectOptions, string]>([
    ["no environment is said", {}, "set HOLDFAST_ENV or NODE_ENV; accepted: test, development"],
    ["it is misspelt", { env: { NODE_ENV: "prodution" } }, "did you mean production?"],
    ["it is a part of every object", { environment: "constructor" }, "is not an environment"],
  ])("is not guessed where %s", async (_what, options, words) => {
    await expect(chosen(options, several)).rejects.toThrow(words);
  });

  test("needs its variables, and the others of the program do not", async () => {
    const env = { NODE_ENV: "production" };
    await expect(chosen({ env }, several)).rejects.toThrow("REDIS_PASSWORD is not set");
    const set = { ...env, REDIS_PASSWORD: "p@ss:/?#%" };
    expect(await chosen({ env: set }, several)).toMatchObject({ name: "prod", provider: "redis" });
    await using locks = await connectLocks(several, { env: { NODE_ENV: "test" } });
    expect(() => locks.backend("prod")).toThrow("REDIS_PASSWORD is not set");
  });

  test("and others by name are used in one program, and closed with it", async () => {
    const config = { backends: { a: "memory:", b: "memory:?ttlMs=2000" } };
    const locks = await connectLocks(config, { backend: "a" });
    const lease = await locks.acquire("same");
    const other = await locks.backend("b").acquire("same", { waitMs: 0 });
    expect([lease.ttlMs, other.ttlMs]).toEqual([10_000, 2_000]);
    expect(await locks.backend("a").tryAcquire("same")).toBeUndefined();
    expect(() => locks.backend("c")).toThrow("c is not a backend; accepted: a, b");
    expect(await locks.close()).toEqual({ inDoubt: [] });
    for (const each of [lease, other]) expect(each.signal.aborted).toBe(true);
    await expect(locks.backend("b").acquire("same")).rejects.toMatchObject({
      code: "PROVIDER_CLOSED",
    });
  });
});

test("another backend of the configuration troubles nobody until it is asked for", async () => {
  const warned: unknown[] = [];
  const hear = (warning: unknown) => warned.push(warning);
  process.on("warning", hear);
  try {
    const config = { backends: { a: "memory:", none: "noop:" } };
    const locks = await connectLocks(config, { backend: "a", requireFencing: true });
    expect(await locks.using("name", (lease) => lease.fencingToken > 0n)).toBe(true);
    expect(() => locks.backend("none")).toThrow("noop gives no fencing tokens");
    await locks.close();
    expect(() => locks.backend("none")).toThrow("these locks were closed");
    // Node tells warnings a turn later.
    await setImmediate();
  } finally {
    process.off("warning", hear);
  }
  // That it excludes nobody is said when it was made, and not when it was configured.
  expect(warned).toHaveLength(1);
});

test("locks of a configuration do everything that locks do", async () => {
  await using locks = await connectLocks("memory:?fenceBase=100&description=me");
  const first = await locks.acquire("name");
  expect(first.fencingToken).toBeGreaterThan(100n);
  expect(await locks.inspect("name")).toMatchObject({ held: true, description: "me" });
  const adopted = await locks.adopt(first.detach());
  expect(await locks.breakLock("name", { any: true })).toBe(true);
  expect(adopted.signal.aborted).toBe(true);
  expect(await locks.using("name", (lease) => lease.name)).toBe("name");
  await locks.ping();
  expect(locks.capabilities.scope).toBe("process");
});
