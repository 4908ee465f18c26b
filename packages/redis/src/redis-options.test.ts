import type { createLocks, Lease, LockProvider, Locks } from "@holdfast/core";
import { describe, expect, expectTypeOf, test } from "vitest";
import type { RedisClient } from "./redis-client.ts";
import { type RedisProvider, redis } from "./redis-provider.ts";

const url = "redis://127.0.0.1:1";
const wrong = (options: object): (() => unknown) => {
  return () => redis(options as unknown as { url: string });
};

describe("bad options", () => {
  test.each([
    [{}, TypeError, /either client or url/],
    [{ url, client: {} }, TypeError, /exactly one/],
    [{ client: {} }, TypeError, /client must be/],
    [{ client: null }, TypeError, /client must be .* not null/],
    [{ client: { isCluster: true } }, TypeError, /cluster/],
    [{ client: { getSentinelNode() {} } }, TypeError, /sentinel/],
    [{ url: "http://h" }, TypeError, /url must begin with redis:.*not http:/],
    [{ url, prefix: "a{b}" }, RangeError, /prefix must be .* without braces.*"a\{b\}"/],
    [{ url, prefix: "x".repeat(129) }, RangeError, /prefix must be .* 128 bytes; it has 129/],
    [{ url, prefix: 1 }, TypeError, /prefix must be a string/],
    [{ url, commandTimeoutMs: 9 }, RangeError, /commandTimeoutMs .* from 10 to 60000, not 9/],
    [{ url, commandTimeoutMs: Number.NaN }, RangeError, /commandTimeoutMs .* not NaN/],
    [{ url, commandTimeoutMs: "1" }, TypeError, /commandTimeoutMs .* not string/],
    [{ url, ttlMsMax: 1.5 }, RangeError, /ttlMsMax .* not 1.5/],
    [{ url, fencing: "no" }, TypeError, /fencing must be a boolean/],
    [{ url, clock: {} }, TypeError, /clock must be a Clock/],
    [{ url, random: {} }, TypeError, /random must be a Random/],
    [{ url, driver: "redis4" }, TypeError, /driver must be/],
    [{ url, tls: {} }, TypeError, /tls needs a url with rediss/],
    [{ url, comandTimeoutMs: 1 }, TypeError, /no option "comandTimeoutMs"/],
  ])("%j", (options, kind, words) => {
    expect(wrong(options)).toThrow(kind);
    expect(wrong(options)).toThrow(words);
  });

  test("a client in legacy mode is refused", () => {
    const client = { sendCommand() {}, isReady: true, options: { legacyMode: true } };
    expect(wrong({ client })).toThrow(/legacy mode/);
  });
});

describe("types", () => {
  test("fencing narrows the capability", () => {
    expectTypeOf(redis({ url }).capabilities.fencing).toEqualTypeOf<"monotonic">();
    expectTypeOf(redis({ url, fencing: true }).capabilities.fencing).toEqualTypeOf<"monotonic">();
    expectTypeOf(redis({ url, fencing: false }).capabilities.fencing).toEqualTypeOf<"none">();
    const fencing = url.length > 1_000;
    expectTypeOf(redis({ url, fencing }).capabilities.fencing).toEqualTypeOf<
      "none" | "monotonic"
    >();
    type TokenOf<P extends LockProvider> = Lease<
      ReturnType<typeof createLocks<P>> extends Locks<infer Token> ? Token : never
    >["fencingToken"];
    expectTypeOf<TokenOf<RedisProvider>>().toEqualTypeOf<bigint>();
    expectTypeOf<TokenOf<RedisProvider<"none">>>().toEqualTypeOf<undefined>();
    expectTypeOf<Parameters<typeof redis>[0]["client"]>().toEqualTypeOf<RedisClient | undefined>();
  });
});
