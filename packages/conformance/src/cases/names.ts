import assert from "node:assert/strict";
import { withPrefix } from "@holdfast/core";
import type { ConformanceCase } from "../conformance-case.ts";
import { member, needs } from "../needs.ts";

/** Names that a careless encoding confuses with each other or with a backend's own keys. */
const LOOKALIKES: readonly string[] = [
  "a",
  "A",
  "a/",
  "a/b",
  "a%2Fb",
  "a%",
  "a%25",
  "a}",
  "{a}",
  "a}b",
  "a%7D",
  "a:q",
  "a:f",
  "a:w",
  "a:t:x",
  "a ",
  " a",
  "fence",
  "holdfast:a",
  "*",
  "a*",
  "a?",
  "[a]",
  "a\\",
  "a'b",
  'a"b',
  "a;--",
  "a$1",
  "\u00e9",
  "e\u0301",
  "\u{1f512}",
  "\u212a",
  "K",
  "ß",
  "ss",
  "__proto__",
  "constructor",
  "toString",
  "undefined",
  "null",
  "0",
  "00",
];

const LONGEST = 255;

/** Names that must be refused before anything is sent. */
const BAD_NAMES: readonly unknown[] = [
  "",
  "a".repeat(LONGEST + 1),
  "é".repeat(LONGEST / 2 + 1),
  "a\u0000b",
  "a\nb",
  "a\u007f",
  "a\u0085b",
  "a\ud800",
  "\udc00a",
  undefined,
  null,
  7,
  {},
  ["a"],
  Symbol.iterator,
];

/** Names are compared exactly, encoded without collision, and checked before anything is sent. */
export const nameCases: readonly ConformanceCase[] = [
  {
    id: "names-no-collision",
    invariants: ["G-01", "G-12"],
    title: "names that differ in any character are different locks",
    async run(context) {
      const provider = await context.open();
      const base = context.name("");
      const requests = LOOKALIKES.map((suffix) => context.request(`${base}${suffix}`));
      for (const request of requests) await context.grant(provider, request);
      for (const request of requests) {
        await context.refusal(provider, context.request(request.name));
        assert.equal((await context.renew(provider, request)).status, "renewed");
      }
      for (const request of requests) {
        assert.equal(await context.release(provider, request), "released");
      }
    },
  },
  {
    id: "names-bare",
    invariants: ["G-01", "G-12"],
    title: "any valid name works by itself, from a single character to the longest",
    async run(context) {
      const locks = await context.locks();
      const unique = context.name("").slice(0, 24);
      for (const name of [
        ...LOOKALIKES,
        unique.padEnd(LONGEST, "x"),
        `${unique}x`.padEnd(LONGEST - 1 - 24, "é").slice(0, 100),
        `${unique}${"\u{1f512}".repeat(50)}`,
      ]) {
        const lease = await locks.acquire(name, { waitMs: 5_000 });
        assert.equal(lease.name, name);
        assert.equal(await lease.release(), "released");
      }
    },
  },
  {
    id: "names-refused",
    invariants: ["G-12"],
    title:
      "an empty, over-long, ill-formed or non-string name is a caller's error and sends nothing",
    appliesWithoutExclusion: true,
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      for (const bad of BAD_NAMES) {
        const name = bad as string;
        const calls: readonly (() => Promise<unknown>)[] = [
          () => locks.acquire(name),
          () => locks.tryAcquire(name),
          () => locks.using(name, () => assert.fail("the work ran")),
          () => locks.inspect(name),
          () => locks.breakLock(name, { any: true }),
        ];
        for (const call of calls) {
          const error: unknown = await Promise.resolve()
            .then(call)
            .then(
              () => assert.fail(`accepted ${String(bad).slice(0, 20)}`),
              (reason: unknown) => reason,
            );
          assert.ok(error instanceof TypeError || error instanceof RangeError, String(error));
          assert.match(error.message, /name/);
        }
      }
      assert.equal(probe.calls.length, 0);
    },
  },
  {
    id: "names-prefixed",
    invariants: ["G-01", "G-12"],
    title: "a prefix makes a namespace: the same name under two prefixes is two locks",
    async run(context) {
      const unique = context.name("").slice(0, 24);
      const [first, second, plain] = [
        withPrefix(await context.open(), `${unique}a/`),
        withPrefix(await context.open(), `${unique}b/`),
        await context.open(),
      ];
      const request = context.request("lock");
      const grant = await context.grant(first, request);
      assert.equal(grant.name, "lock", "answers in the caller's words");
      const other = context.request("lock");
      await context.grant(second, other);
      await context.refusal(first, context.request("lock"));
      await context.refusal(plain, context.request(`${unique}a/lock`));
      assert.equal((await context.renew(first, request)).status, "renewed");
      assert.equal(await context.release(second, request), "absent");
      assert.equal(await context.release(first, request), "released");
      assert.equal(await context.release(second, other), "released");
    },
  },
  {
    id: "names-prefixed-inspect",
    invariants: ["G-12"],
    title: "a prefixed provider inspects and breaks under the caller's names",
    skip: needs(member("inspect"), member("breakLock")),
    async run(context) {
      const provider = withPrefix(await context.open(), `${context.name("").slice(0, 24)}/`);
      const request = context.request("lock");
      await context.grant(provider, request);
      const state = await provider.inspect?.("lock");
      assert.deepEqual([state?.name, state?.held], ["lock", true]);
      assert.equal(await provider.breakLock?.("lock", { incarnation: "any" }), true);
      assert.equal((await context.renew(provider, request)).status, "lost");
    },
  },
];
