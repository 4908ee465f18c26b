// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how configurations write variables.
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { createLocks, type LocksOptions, memory, type QuorumOptions, quorum } from "@holdfast/core";
import type { EtcdHostsOptions } from "@holdfast/etcd";
import { etcd } from "@holdfast/etcd";
import { type PostgresUrlOptions, postgres } from "@holdfast/postgres";
import { type RedisUrlOptions, redis } from "@holdfast/redis";
import { type RedlockUrlsOptions, redlock } from "@holdfast/redlock";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type BackendOptions,
  configJsonSchema,
  connectLocks,
  type HoldfastConfig,
} from "../src/index.ts";
import type { COMMAND_FIELDS } from "../src/kinds/command-fields.ts";
import { type ETCD_FIELDS, etcdKind } from "../src/kinds/etcd-kind.ts";
import { type POSTGRES_FIELDS, postgresKind } from "../src/kinds/postgres-kind.ts";
import { type QUORUM_FIELDS, quorumKind } from "../src/kinds/quorum-kind.ts";
import { type REDIS_FIELDS, redisKind } from "../src/kinds/redis-kind.ts";
import type { REDIS_SERVER_FIELDS } from "../src/kinds/redis-server-fields.ts";
import { type REDLOCK_FIELDS, redlockKind } from "../src/kinds/redlock-kind.ts";
import type { VOTE_FIELDS } from "../src/kinds/vote-fields.ts";
import { LOCKS_FIELDS } from "../src/locks-fields.ts";
import type { Properties, Schema } from "../src/schema/schema.ts";

const RUNS = 3_000;
type Given = "clock" | "random" | "client" | "tls" | "url" | "hosts" | "auth";

describe("the tables of options", () => {
  test("have every option of their package that can be written down, and no other", () => {
    type Server = keyof typeof REDIS_SERVER_FIELDS | keyof typeof COMMAND_FIELDS;
    expectTypeOf<keyof typeof REDIS_FIELDS | Server>().toEqualTypeOf<
      Exclude<keyof RedisUrlOptions, Given>
    >();
    type Votes = keyof typeof VOTE_FIELDS;
    expectTypeOf<keyof typeof REDLOCK_FIELDS | Server | Votes>().toEqualTypeOf<
      Exclude<keyof RedlockUrlsOptions, Given | "clients">
    >();
    expectTypeOf<keyof typeof POSTGRES_FIELDS | keyof typeof COMMAND_FIELDS>().toEqualTypeOf<
      Exclude<keyof PostgresUrlOptions, Given | "connection">
    >();
    expectTypeOf<keyof typeof ETCD_FIELDS | keyof typeof COMMAND_FIELDS>().toEqualTypeOf<
      Exclude<keyof EtcdHostsOptions, Given>
    >();
    expectTypeOf<keyof typeof QUORUM_FIELDS | Votes>().toEqualTypeOf<
      Exclude<keyof QuorumOptions, Given | "name" | "memberNames"> | "member"
    >();
    expectTypeOf<keyof typeof LOCKS_FIELDS>().toEqualTypeOf<
      Exclude<keyof LocksOptions, Given | "provider">
    >();
  });

  const urls = ["redis://a", "redis://b", "redis://c"];
  const members = () => [memory(), memory(), memory()];
  const makers: Readonly<Record<string, readonly [Properties, (options: object) => unknown]>> = {
    redis: [redisKind.fields, (options) => redis({ url: "redis://a", ...options })],
    redlock: [redlockKind.fields, (options) => redlock({ urls, ...options })],
    postgres: [postgresKind.fields, (options) => postgres({ url: "postgres://a", ...options })],
    etcd: [etcdKind.fields, (options) => etcd({ hosts: "a:1", ...options })],
    quorum: [quorumKind.fields, (options) => quorum(members(), options)],
    locks: [LOCKS_FIELDS, (options) => createLocks({ provider: memory(), ...options })],
  };
  /** Ranges that depend on another option, which the package itself compares. */
  const relative: Readonly<Record<string, object>> = {
    "redlock.restartGuardMs": { ttlMsMax: 86_400_000 },
    "redlock.proposalSlackMs": { ttlMsMax: 86_400_000 },
    "quorum.restartGuardMs": { ttlMsMax: 86_400_000 },
    "quorum.proposalSlackMs": { ttlMsMax: 86_400_000 },
    "locks.ttlMs": { ttlMsMax: 31_536_000_000, driftMs: 0, marginMs: 0 },
    "locks.backoffMsMin": { backoffMsMax: 31_536_000_000 },
    "locks.backoffMsMax": { backoffMsMin: 1 },
  };
  const numbers = Object.entries(makers).flatMap(([kind, [fields, make]]) =>
    Object.entries(fields).flatMap(([option, schema]) =>
      "minimum" in schema ? [{ kind, option, schema, make }] : [],
    ),
  );

  test.each(numbers)("have the range of $kind's $option", ({ kind, option, schema, make }) => {
    const beside = relative[`${kind}.${option}`] ?? {};
    const step = schema.type === "integer" ? 1 : 0.5;
    const accepts = (value: number) => () => make({ ...beside, [option]: value });
    expect(accepts(schema.minimum)).not.toThrow();
    expect(accepts(schema.minimum - step)).toThrow();
    expect(accepts(schema.maximum + step)).toThrow();
  });
});

test("the shipped file is what the tables say", () => {
  const file = new URL("../dist/holdfast.schema.json", import.meta.url);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(configJsonSchema());
});

const isValid = new Ajv2020({ strict: false }).compile(configJsonSchema());

/** What connecting says of a configuration, without the variables of any machine. */
async function connects(config: object): Promise<boolean> {
  try {
    const options = { cwd: tmpdir(), env: {}, backend: "main" };
    const locks = await connectLocks(config as HoldfastConfig, options);
    await locks.close();
    return true;
  } catch {
    return false;
  }
}

test("editors and connecting agree on every option of one backend", {
  timeout: 300_000,
}, async () => {
  const tables: Readonly<Record<string, Properties>> = {
    "memory:": {},
    "redis://a": redisKind.fields,
    "postgres://a/b": postgresKind.fields,
    "etcd://a": etcdKind.fields,
  };
  const one = fc.constantFrom(...Object.keys(tables)).chain((url) => {
    const fields: Properties = { ...tables[url], ...LOCKS_FIELDS, unknown: { type: "boolean" } };
    // Those that are compared with others, or with the machine's drivers, are valid alone and not together.
    const keys = Object.keys(fields).filter(
      (key) => !/^(ttlMs|drift|margin|backoff|driver|tls)/.test(key),
    );
    return fc
      .constantFrom(...keys)
      .chain((key) =>
        fc.tuple(fc.constant(url), fc.constant(key), valueNear(fields[key] as Schema)),
      );
  });
  let valid = 0;
  await fc.assert(
    fc.asyncProperty(one, async ([url, key, value]) => {
      const config = { backends: { main: { url, [key]: value } } };
      const says = isValid(config);
      if (says) valid += 1;
      expect(await connects(config)).toBe(says);
    }),
    { numRuns: RUNS },
  );
  expect(valid).toBeGreaterThan(RUNS / 10);
});

/** Values inside, at the border and beside what a schema accepts. */
function valueNear(schema: Schema): fc.Arbitrary<unknown> {
  const others = fc.oneof(fc.constant(null), fc.boolean(), fc.constant("text"), fc.integer());
  if ("minimum" in schema) {
    const { minimum, maximum } = schema;
    return fc.oneof(
      fc.constantFrom(minimum, maximum, minimum - 1, maximum + 1, minimum + 0.5),
      others,
    );
  }
  if ("enum" in schema) return fc.oneof(fc.constantFrom(...(schema.enum ?? [])), others);
  // What has a variable in it is for connecting alone to check.
  const text = fc
    .string({ unit: "grapheme-ascii", maxLength: 70 })
    .filter((one) => !one.includes("${"));
  return fc.oneof(
    text,
    fc.constantFrom("a/", "/a", "a//b", "{", "12", "1e3", "", "\u0007"),
    others,
  );
}

test("the types are those of the tables", () => {
  expectTypeOf<BackendOptions["ttlMs"]>().toEqualTypeOf<number | undefined>();
  expectTypeOf<BackendOptions["driver"]>().toEqualTypeOf<"ioredis" | "redis" | undefined>();
  expectTypeOf<BackendOptions["limits"]>().toExtend<
    { readonly leasesMax?: number | undefined } | undefined
  >();
  expectTypeOf<BackendOptions["member"]>().toEqualTypeOf<
    readonly (string | BackendOptions)[] | undefined
  >();
});
