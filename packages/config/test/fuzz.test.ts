// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how configurations write variables.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { LockError } from "@holdfast/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type ConfigInput, connectLocks } from "../src/index.ts";

/** Over all tests of this file, at least 100,000. */
const RUNS = { text: 45_000, repeated: 5_000, url: 30_000, anything: 15_000, nearly: 10_000 };
const TIMEOUT_MS = 300_000;

const folder = mkdtempSync(path.join(tmpdir(), "holdfast-fuzz-"));
const prototypeBefore = Reflect.ownKeys(Object.prototype).length;

/** Of backends that exclude nobody, and of quorums of one: some of them are connected here. */
beforeAll(() => {
  vi.spyOn(process, "emitWarning").mockImplementation(() => {});
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Connects, and closes what that gave. Rejects for everything but CONFIG_INVALID. */
async function tryToConnect(input: unknown, env: Record<string, string> = {}): Promise<boolean> {
  try {
    const locks = await connectLocks(input as ConfigInput, { cwd: folder, env });
    await locks.close();
    return true;
  } catch (error) {
    if (!LockError.is(error) || error.code !== "CONFIG_INVALID") throw error;
    return false;
  }
}

async function check(input: unknown, env?: Record<string, string>): Promise<void> {
  await tryToConnect(input, env);
  expect(Reflect.ownKeys(Object.prototype)).toHaveLength(prototypeBefore);
}

const schemes = ["memory", "noop", "redis", "rediss", "redis+unix", "redlock", "postgres", "etcd"];
const keys = ["ttlMs", "ttlMsMax", "prefix", "fencing", "driver", "member", "urls", "__proto__"];
const piece = fc.oneof(
  fc.constantFrom("@", ":", "/", "?", "#", "%", ",", "[", "]", "${", "}", "${A}", "${B}", "&", "="),
  fc.constantFrom(
    "a",
    "localhost",
    "6379",
    "::1",
    "127.0.0.1",
    "%40",
    "%zz",
    "true",
    "10s",
    "5000",
  ),
  fc.string({ maxLength: 4, unit: "binary" }),
);
const host = fc
  .tuple(fc.constantFrom("a", "b", "c", "localhost", "[::1]"), fc.constantFrom("", ":1", ":65536"))
  .map((parts) => parts.join(""));
const query = fc
  .array(
    fc.tuple(
      fc.oneof(fc.constantFrom(...keys), fc.string({ maxLength: 3 })),
      fc.oneof(
        fc.constantFrom("5000", "true", "x", "memory:", "redis://a", "${A}", "ioredis"),
        piece,
      ),
    ),
    { maxLength: 3 },
  )
  .map((pairs) => pairs.map((pair) => pair.join("=")).join("&"));
/** URLs that are right more often than not, with something thrown in now and then. */
const url = fc
  .tuple(
    fc.oneof(fc.constantFrom(...schemes, "quorum"), fc.string({ maxLength: 5 })),
    fc.constantFrom(":", "://", ":///"),
    fc.oneof(fc.constant(""), fc.constantFrom("u:p@", ":p@", "u@", ":${A}@")),
    fc.oneof(fc.constant(""), fc.array(host, { minLength: 1, maxLength: 3 }).map(String)),
    fc.oneof(fc.constant(""), fc.constantFrom("/", "/0", "/db"), piece),
    fc.oneof(
      fc.constant(""),
      query.map((text) => `?${text}`),
    ),
  )
  .map((parts) => parts.join(""));

describe("only CONFIG_INVALID comes of", () => {
  test("any text", { timeout: TIMEOUT_MS }, async () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(piece).map((parts) => parts.join("")),
    );
    await fc.assert(
      fc.asyncProperty(text, (input) => check(input, { A: input })),
      { numRuns: RUNS.text },
    );
  });

  test("text that repeats itself, in which a reader could lose itself", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const text = fc
      .tuple(
        fc.oneof(fc.constantFrom("", "://", "://@", "?", "quorum:?member="), url),
        fc.array(fc.oneof(piece, host), { minLength: 1, maxLength: 3 }),
        fc.nat(400),
        fc.oneof(fc.constant(""), piece),
      )
      .map(([start, parts, count, end]) => `${start}${parts.join("").repeat(count)}${end}`);
    await fc.assert(
      fc.asyncProperty(text, (input) => check(input, { A: input })),
      { numRuns: RUNS.repeated },
    );
  });

  test("text that looks like a URL, as the argument and as HOLDFAST_URL", {
    timeout: TIMEOUT_MS,
  }, async () => {
    let connected = 0;
    await fc.assert(
      fc.asyncProperty(url, fc.boolean(), fc.string({ maxLength: 5 }), async (text, isGiven, a) => {
        const env = { A: a, ...(isGiven ? {} : { HOLDFAST_URL: text }) };
        if (await tryToConnect(isGiven ? text : undefined, env)) connected += 1;
      }),
      { numRuns: RUNS.url },
    );
    // Else this would look at nothing but the first check.
    expect(connected).toBeGreaterThan(RUNS.url / 50);
    expect(Reflect.ownKeys(Object.prototype)).toHaveLength(prototypeBefore);
  });

  test("any value", { timeout: TIMEOUT_MS }, async () => {
    const anything = fc
      .anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withNullPrototype: true,
        withObjectString: true,
        withSet: true,
        withTypedArray: true,
        key: fc.oneof(fc.constantFrom("backends", "url", "defaults", ...keys), fc.string()),
      })
      .filter((value) => value !== undefined);
    await fc.assert(
      fc.asyncProperty(anything, (input) => check(input)),
      { numRuns: RUNS.anything },
    );
  });

  test("objects that are nearly a configuration", { timeout: TIMEOUT_MS }, async () => {
    const value = fc.oneof(fc.integer(), fc.double(), fc.boolean(), url, fc.constant(null), piece);
    const options = fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), value, {
      maxKeys: 3,
    });
    const backend = fc.oneof(
      url,
      fc.tuple(url, options).map(([at, others]) => ({ ...others, url: at })),
      fc.array(url, { maxLength: 3 }).map((member) => ({ url: "quorum:", member })),
    );
    const named = fc.dictionary(
      fc.oneof(fc.constantFrom("a", "b", "__proto__"), fc.string()),
      backend,
      {
        minKeys: 1,
        maxKeys: 3,
      },
    );
    const config = fc.record(
      {
        backends: named,
        defaults: options,
        environments: fc.dictionary(
          fc.constantFrom("test", "constructor"),
          fc.constantFrom("a", "b"),
        ),
        schemes: fc.dictionary(fc.string(), fc.oneof(fc.constant("left-pad"), fc.string())),
      },
      { requiredKeys: ["backends"] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(config, backend), (input) =>
        check(input, { NODE_ENV: "test", A: "a", B: "memory:" }),
      ),
      { numRuns: RUNS.nearly },
    );
  });
});

test("a list that contains itself is refused", async () => {
  const config: { url: string; member: unknown[] } = { url: "quorum:", member: ["memory:"] };
  config.member.push(config);
  expect(await tryToConnect(config)).toBe(false);
});

test("keys that JSON makes of __proto__ are refused and reach no prototype", async () => {
  const text =
    '{"__proto__":{"polluted":1},"backends":{"a":{"url":"memory:","__proto__":{"ttlMs":5}}}}';
  expect(await tryToConnect(JSON.parse(text))).toBe(false);
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
});
