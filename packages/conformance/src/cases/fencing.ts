import assert from "node:assert/strict";
import type { Lease, LockProvider, Locks } from "@holdfast/core";
import type { CaseContext } from "../case-context.ts";
import type { ConformanceCase } from "../conformance-case.ts";
import { expiry, fencing, harnessFault, member, needs } from "../needs.ts";
import { rejectsWith } from "../rejects-with.ts";

/** Takes and gives back `name` once, and returns its token. */
async function cycle(context: CaseContext, provider: LockProvider, name: string): Promise<bigint> {
  const request = context.request(name);
  const { fencingToken } = await context.grant(provider, request);
  assert.equal(await context.release(provider, request), "released");
  assert.equal(typeof fencingToken, "bigint");
  return fencingToken as bigint;
}

function assertRising(tokens: readonly bigint[]): void {
  for (const [index, token] of tokens.entries()) {
    const previous = tokens[index - 1];
    if (previous !== undefined) {
      assert.ok(token > previous, `token ${token} after ${previous}, at holder ${index}`);
    }
  }
}

function tokenOf(lease: Lease): bigint {
  assert.equal(typeof lease.fencingToken, "bigint");
  return lease.fencingToken as bigint;
}

/** The tokens of `count` leases of `name`, each handed to the next waiter of the same Locks. */
async function handedTokens(locks: Locks, name: string, count: number): Promise<bigint[]> {
  const first = await locks.acquire(name);
  const waiting = Array.from({ length: count - 1 }, () => locks.acquire(name, { waitMs: 10_000 }));
  const tokens = [tokenOf(first)];
  await first.release();
  for (const pending of waiting) {
    const lease = await pending;
    tokens.push(tokenOf(lease));
    await lease.release();
  }
  return tokens;
}

/** Tokens that a resource can compare: strictly increasing, whatever happened in between. */
export const fencingCases: readonly ConformanceCase[] = [
  {
    id: "fencing-over-clients",
    invariants: ["G-04"],
    title: "every holder's token is larger than its predecessor's, over clients",
    skip: needs(fencing),
    async run(context) {
      const clients = [await context.open(), await context.open(), await context.open()];
      const name = context.name();
      const tokens: bigint[] = [];
      for (let round = 0; round < 10; round += 1) {
        for (const client of clients) tokens.push(await cycle(context, client, name));
      }
      assertRising(tokens);
    },
  },
  {
    id: "fencing-rapid-cycles",
    invariants: ["G-04"],
    title: "a thousand rapid cycles give a thousand rising tokens",
    skip: needs(fencing),
    async run(context) {
      const provider = await context.open();
      const name = context.name();
      const tokens: bigint[] = [];
      for (let round = 0; round < 1_000; round += 1) {
        tokens.push(await cycle(context, provider, name));
      }
      assertRising(tokens);
    },
  },
  {
    id: "fencing-over-expiry",
    invariants: ["G-04"],
    title: "the token of whoever follows an expired holder is larger",
    skip: needs(fencing, expiry),
    async run(context) {
      const provider = await context.open();
      const name = context.name();
      const vanished = context.request(name, { ttlMs: 100 });
      const { fencingToken } = await context.grant(provider, vanished);
      await context.becomesFree(provider, name, vanished.ttlMs + 1_000);
      assertRising([fencingToken as bigint, await cycle(context, provider, name)]);
    },
  },
  {
    id: "fencing-over-new-clients",
    invariants: ["G-04"],
    title: "tokens go on rising when every client is closed and new ones are opened",
    skip: needs(fencing),
    async run(context) {
      const name = context.name();
      const tokens: bigint[] = [];
      for (let round = 0; round < 3; round += 1) {
        const client = await context.harness.open();
        tokens.push(await cycle(context, client, name));
        await client[Symbol.asyncDispose]();
      }
      assertRising(tokens);
    },
  },
  {
    id: "fencing-over-data-loss",
    invariants: ["G-04"],
    title: "tokens go on rising when the backend loses all its data",
    skip: needs(fencing, harnessFault("forget")),
    async run(context) {
      const provider = await context.open();
      const name = context.name();
      const tokens = [await cycle(context, provider, name)];
      for (let round = 0; round < 3; round += 1) {
        await context.harness.faults?.forget?.();
        tokens.push(await cycle(context, provider, name));
        tokens.push(await cycle(context, provider, name));
      }
      assertRising(tokens);
    },
  },
  {
    id: "fencing-over-break",
    invariants: ["G-04"],
    title: "the token of whoever follows a broken lock is larger",
    skip: needs(fencing, member("breakLock")),
    async run(context) {
      const provider = await context.open();
      const name = context.name();
      const { fencingToken } = await context.grant(provider, context.request(name));
      assert.equal(await provider.breakLock?.(name, { incarnation: "any" }), true);
      assertRising([fencingToken as bigint, await cycle(context, provider, name)]);
    },
  },
  {
    id: "fencing-renewal-keeps-token",
    invariants: ["G-04", "G-03"],
    title: "a renewal keeps the token of its holder",
    skip: needs(fencing),
    async run(context) {
      const provider = await context.open();
      const request = context.request(context.name());
      const grant = await context.grant(provider, request);
      const outcome = await context.renew(provider, request);
      assert.equal(outcome.status, "renewed");
      if (outcome.status === "renewed") assert.equal(outcome.fencingToken, grant.fencingToken);
      await context.release(provider, request);
    },
  },
  {
    id: "fencing-local-hand-off",
    invariants: ["G-04"],
    title: "every holder that a lock is handed to inside the process has a larger token",
    skip: needs(fencing),
    async run(context) {
      const locks = await context.locks({ localHandoffMax: 16 });
      const name = context.name();
      const before = await handedTokens(locks, name, 40);
      const other = await context.locks();
      const lease = await other.acquire(name, { waitMs: 5_000 });
      const between = tokenOf(lease);
      await lease.release();
      assertRising([...before, between, ...(await handedTokens(locks, name, 40))]);
    },
  },
  {
    id: "fencing-resource",
    invariants: ["G-04", "G-08"],
    title: "a resource that compares tokens refuses the holder that was paused past its ttl",
    skip: needs(fencing, expiry),
    async run(context) {
      const [paused, next] = [await context.locks(), await context.locks()];
      const name = context.name();
      let [highest, refused] = [0n, 0];
      const write = (token: bigint): void => {
        if (token < highest) refused += 1;
        else highest = token;
      };
      const stale = await paused.acquire(name, { ttlMs: context.ttl(150), renew: false });
      const lease = await next.acquire(name, { waitMs: 5_000 });
      write(tokenOf(lease));
      write(tokenOf(stale));
      assert.equal(refused, 1);
      await lease.release();
    },
  },
  {
    id: "fencing-base",
    invariants: ["G-04"],
    title: "fenceBase raises every token above those of an earlier backend",
    skip: needs(fencing),
    async run(context) {
      const fenceBase = 2n ** 70n;
      const [plain, moved] = [await context.locks(), await context.locks({ fenceBase })];
      const name = context.name();
      const tokens: bigint[] = [];
      for (const locks of [plain, moved]) {
        await using lease = await locks.acquire(name);
        tokens.push(tokenOf(lease));
      }
      assertRising([tokens[0] as bigint, fenceBase, tokens[1] as bigint]);
    },
  },
  {
    id: "fencing-required",
    invariants: ["G-04"],
    title: "requireFencing refuses a provider without tokens and accepts one with",
    appliesWithoutExclusion: true,
    async run(context) {
      const create = (): Promise<Locks> => context.locks({ requireFencing: true });
      if (context.facts.capabilities.fencing === "none") {
        await rejectsWith("UNSUPPORTED", create());
      } else {
        tokenOf(await (await create()).acquire(context.name()));
      }
    },
  },
];
