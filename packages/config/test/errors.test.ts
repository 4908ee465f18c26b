// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how configurations write variables.
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { type ConfigInput, connectLocks } from "../src/index.ts";

/** What connecting says, with an environment that has nothing but these variables. */
async function said(input: unknown, env: Record<string, string> = {}): Promise<string> {
  try {
    const locks = await connectLocks(input as ConfigInput, { cwd: tmpdir(), env });
    await locks.close();
    return "connected";
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    return `${code} ${message}`;
  }
}

const inBackend = (options: object) => ({ backends: { main: { url: "redis://a", ...options } } });

test.each<[string, unknown, string]>([
  ["a misspelt scheme", "redsi://a", "url has a scheme that no backend serves"],
  ["the scheme that was meant", "redsi://a", "did you mean redis?"],
  ["no URL at all", "localhost", 'url is "localhost"; accepted: a URL'],
  ["another type", 42, "config is 42; accepted: a URL, or an object with a url"],
  ["an object without a url", { backends: { a: {} } }, "config.backends.a has no url"],
  ["a misspelt option in a URL", "redis://a?tlMs=5", "url.tlMs is not an option of redis"],
  ["the option that was meant", "redis://a?tlMs=5", "did you mean ttlMs?"],
  ["a misspelt option in an object", inBackend({ prefx: "" }), "config.backends.main.prefx is not"],
  ["an option of another backend", "memory:?prefix=a", "url.prefix is not an option of memory"],
  ["a unit", "redis://a?ttlMs=10s", 'url.ttlMs is "10s"; accepted: a number'],
  [
    "a unit in an object",
    inBackend({ ttlMs: "10s" }),
    'config.backends.main.ttlMs is "10s"; accepted',
  ],
  [
    "a range",
    inBackend({ commandTimeoutMs: 5 }),
    "is 5; accepted: a whole number from 10 to 60000",
  ],
  ["a fraction", inBackend({ commandTimeoutMs: 10.5 }), "is 10.5; accepted: a whole number"],
  ["what is no boolean", "redis://a?fencing=yes", 'url.fencing is "yes"; accepted: true or false'],
  ["a choice", "redis://a?driver=pg", 'url.driver is "pg"; accepted: "ioredis" or "redis"'],
  ["an option twice", "redis://a?ttlMs=5&ttlMs=6", "url.ttlMs is given twice; accepted: once"],
  [
    "an option in both places",
    inBackend({ url: "redis://a?ttlMs=5", ttlMs: 6 }),
    "config.backends.main.url.ttlMs is given in the url and beside it",
  ],
  ["an object in a URL", "redis://a?limits=5", "url.limits cannot be said in a URL"],
  ["an option deep inside", inBackend({ limits: { leaseMax: 1 } }), "did you mean leasesMax?"],
  ["several hosts for one", "redis://a,b", "url has several hosts; accepted: one"],
  ["a port that is none", "redis://a:65536", "url has a host 1 that is none"],
  ["a database that is none", "redis://a/x", "database must be a whole number"],
  ["a path of etcd", "etcd://a/locks", "url has a path; accepted: the prefix of keys as ?prefix="],
  ["something behind memory:", "memory:a", "url leads somewhere; accepted: the scheme alone"],
  ["a fragment", "redis://a#b", "url has a fragment"],
  ["a blank", "redis://a b", "url has a blank"],
  ["a duplicate server of redlock", "redlock://a,b,a:6379", "every server votes once"],
  [
    "servers twice",
    { url: "redlock://a,b", urls: ["redis://a"] },
    "or both in its url and in urls",
  ],
  ["no servers", "redlock:", "names no servers"],
  [
    "a duplicate member",
    "quorum:?member=redis://a&member=redis://b&member=redis://A:6379/2",
    "url.member[2] leads to a server of member[0]; accepted: each server once",
  ],
  ["no member", "quorum:", "url has no member"],
  ["a quorum in a quorum", "quorum:?member=quorum:?member=memory:", "is a quorum in a quorum"],
  [
    "an option of locks at a member",
    { url: "quorum:", member: [{ url: "redis://a", waitMs: 5 }] },
    "config.member[0] has waitMs",
  ],
  [
    "members that cannot raise a token",
    "quorum:?member=postgres://a&member=memory:&member=memory:",
    "say fencing: false",
  ],
  ["a missing variable", "redis://:${PW}@a", "url: the variable PW is not set"],
  ["a variable that is none", "redis://:${P-W}@a", "url has a variable that cannot be read"],
  ["no fencing where it is wanted", "noop:?requireFencing=true", "gives no fencing tokens"],
  ["a ttl above its own maximum", "redis://a?ttlMs=500&ttlMsMax=400", "ttlMs must be"],
  [
    "an unknown part",
    { backends: { a: "memory:" }, enviroments: {} },
    "did you mean environments?",
  ],
  ["no backends", { backends: {} }, "config.backends has 0 names"],
  ["defaults", { defaults: { ttl: 5 }, backends: { a: "memory:" } }, "config.defaults.ttl is not"],
  [
    "an environment without a backend",
    { backends: { main: "memory:" }, environments: { test: "mian" } },
    "config.environments.test: mian is not a backend; accepted: main; did you mean main?",
  ],
  ["a symbol", { backends: { a: "memory:" }, [Symbol("x")]: 1 }, "has a symbol as a key"],
])("%s is refused in words", async (_what, input, words) => {
  const message = await said(input);
  expect(message).toMatch(/^CONFIG_INVALID /);
  expect(message).toContain(words);
});

test("without a source the three are shown", async () => {
  const message = await said(undefined);
  expect(message).toContain("Give connectLocks a URL or a configuration");
  expect(message).toContain("HOLDFAST_URL");
  expect(message).toContain("holdfast.config.json");
});

test("options that are undefined are left out", async () => {
  expect(await said({ url: "memory:", ttlMs: undefined })).toBe("connected");
});

test("what is inherited is no option", async () => {
  const input = Object.assign(Object.create({ ttlMs: "never read" }), { url: "memory:" });
  expect(await said(input)).toBe("connected");
});

test.each([
  ["backend", { backend: "b" }, "b is not a backend; accepted: a"],
  ["an option", { tlMs: 5 }, "overrides.tlMs is not an option"],
  ["a value", { ttlMs: "5" }, 'overrides.ttlMs is "5"'],
])("what a program says beside is checked, too: %s", async (_what, overrides, words) => {
  const connecting = connectLocks({ backends: { a: "memory:" } }, overrides as object);
  await expect(connecting).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringContaining(words),
  });
});
