import { manualClock } from "@holdfast/core";
import { Redis } from "ioredis";
import { afterEach, describe, expect, expectTypeOf, test } from "vitest";
import { type RedlockProvider, redlock } from "../src/index.ts";

const clients: Redis[] = [];
const URLS = ["redis://a:7001", "redis://b:7002", "redis://c:7003"];

afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});

/** A client that never connects: nothing is sent before the first call. */
function idleClient(): Redis {
  const client = new Redis({ lazyConnect: true });
  clients.push(client);
  return client;
}

function listenersOf(client: Redis): number {
  return client.eventNames().reduce((sum, event) => sum + client.listenerCount(event), 0);
}

function thrownBy(options: unknown): string {
  try {
    loosely(options)();
    return "nothing";
  } catch (error) {
    return String(error);
  }
}

/** As a caller without types would. */
function loosely(options: unknown): () => unknown {
  return () => redlock(options as { urls: string[] });
}

describe("redlock refuses at once", () => {
  test.each([
    ["no options", undefined, /^TypeError: .*clients.*urls/],
    ["neither clients nor urls", {}, /^TypeError: .*exactly one of them/],
    ["both", { clients: [{}], urls: URLS }, /^TypeError: .*exactly one of them/],
    ["no urls", { urls: [] }, /^TypeError: .*urls must be an array/],
    ["no clients", { clients: [] }, /^TypeError: .*clients must be an array/],
    ["a single url", { urls: URLS[0] }, /^TypeError: .*urls must be an array/],
    [
      "an unknown option",
      { urls: URLS, quorum: 2 },
      /^TypeError: .*"quorum"; known are .*restartGuardMs/,
    ],
    [
      "a url twice",
      { urls: [URLS[0], URLS[1], URLS[0]] },
      /^TypeError: .*urls\[2\] is urls\[0\] again/,
    ],
    [
      "two databases of one server",
      { urls: [...URLS, "redis://B:7002/1"] },
      /^TypeError: .*urls\[3\].*b:7002/,
    ],
    [
      "a url of something else",
      { urls: [...URLS, "http://d:1"] },
      /^TypeError: urls\[3\]: must begin with redis:\/\//,
    ],
    [
      "a url with a port that is none",
      { urls: [URLS[0], "redis://b:0"] },
      /^RangeError: urls\[1\]: its port must be/,
    ],
    [
      "tls for a url without it",
      { urls: ["rediss://a:7001", URLS[1]], tls: {} },
      /^TypeError: urls\[1\]: tls needs a url/,
    ],
    [
      "a url that is missing",
      { urls: [URLS[0], undefined] },
      /^TypeError: urls\[1\] is undefined$/,
    ],
    [
      "something that is no client",
      { clients: [idleClient(), {}] },
      /^TypeError: clients\[1\]: must be/,
    ],
    [
      "a driver for clients",
      { clients: [{}], driver: "redis" },
      /^TypeError: .*driver and tls belong to urls/,
    ],
    ["an unknown driver", { urls: URLS, driver: "pg" }, /^TypeError: .*driver must be/],
    ["a ttl that no quorum takes", { urls: URLS, ttlMsMax: 1 }, /^RangeError: .*ttlMsMax/],
    [
      "a guard shorter than a ttl",
      { urls: URLS, restartGuardMs: 100 },
      /^RangeError: .*restartGuardMs/,
    ],
    [
      "a member timeout of nothing",
      { urls: URLS, memberTimeoutMs: 0 },
      /^RangeError: .*memberTimeoutMs/,
    ],
    [
      "a slack beyond a quarter",
      { urls: URLS, proposalSlackMs: 15_001 },
      /^RangeError: .*proposalSlackMs/,
    ],
    ["a negative validity", { urls: URLS, validityMsMin: -1 }, /^RangeError: .*validityMsMin/],
    ["a prefix with a brace", { urls: URLS, prefix: "a{" }, /^RangeError: .*prefix/],
  ])("%s", (_what, options, words) => {
    expect(thrownBy(options)).toMatch(words);
  });

  test("one client twice", () => {
    const client = idleClient();
    expect(loosely({ clients: [client, idleClient(), client] })).toThrow(
      /clients\[2\] is clients\[0\]/,
    );
  });

  test("and leaves no listener on clients that were given, wherever it failed", () => {
    const given = [idleClient(), idleClient()];
    const before = given.map(listenersOf);
    expect(loosely({ clients: [...given, {}] })).toThrow(TypeError);
    expect(loosely({ clients: given, restartGuardMs: 1 })).toThrow(RangeError);
    expect(given.map(listenersOf)).toEqual(before);
  });
});

describe("redlock", () => {
  test("is called redlock, takes ttls up to a minute and fences", async () => {
    const provider = redlock({ urls: URLS });
    expect(provider.name).toBe("redlock");
    expect(provider.capabilities).toMatchObject({ fencing: "monotonic", ttlMsMax: 60_000 });
    expectTypeOf(provider).toEqualTypeOf<RedlockProvider<"monotonic">>();
    await provider[Symbol.asyncDispose]();
  });

  test("says in its types and capabilities that it does not fence", async () => {
    const provider = redlock({ urls: URLS, fencing: false });
    expect(provider.capabilities.fencing).toBe("none");
    expectTypeOf(provider).toEqualTypeOf<RedlockProvider<"none">>();
    await provider[Symbol.asyncDispose]();
  });

  test("gives its clock to all members", async () => {
    const clock = manualClock();
    const provider = redlock({ urls: URLS, clock });
    expect(provider.clock).toBe(clock);
    await provider[Symbol.asyncDispose]();
  });

  test("takes its listeners off the clients that were given when it is disposed", async () => {
    const given = [idleClient(), idleClient(), idleClient()];
    const before = given.map(listenersOf);
    const provider = redlock({ clients: given });
    expect(given.map(listenersOf)).not.toEqual(before);
    await provider[Symbol.asyncDispose]();
    expect(given.map(listenersOf)).toEqual(before);
  });
});
