import { type Clock, type LockProvider, type Membership, systemClock } from "@holdfast/core";
import { type RedisServer, startRedis, until } from "@holdfast/test-servers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { redis } from "../src/index.ts";
import { faultOf, request } from "./requests.ts";

const membership: Membership = {
  fingerprint: "3:600000:0",
  restartGuardMs: 0,
  proposalSlackMs: 1_000,
  fenceTtlMs: 600_000,
};

let server: RedisServer;
const opened: LockProvider[] = [];

beforeEach(async () => {
  server = await startRedis({ persistence: "always" });
});

afterEach(async () => {
  for (const provider of opened.splice(0)) await provider[Symbol.asyncDispose]();
  await server.stop();
});

async function join(
  more: Partial<Membership> = {},
  options: { readonly clock?: Clock } = {},
): Promise<{ identity: string; provider: LockProvider }> {
  const provider = redis({ url: server.url, ttlMsMax: 60_000, ...options });
  opened.push(provider);
  return await provider.asMember({ ...membership, ...more });
}

async function nowUs(): Promise<bigint> {
  const [seconds, micros] = (await server.command("TIME")) as string[];
  return BigInt(seconds ?? 0) * 1_000_000n + BigInt(micros ?? 0);
}

/** The token that a proposal was answered with. */
async function tokenFor(provider: LockProvider, name: string, proposal?: bigint): Promise<bigint> {
  const asked = request(name, proposal === undefined ? {} : { proposal });
  const answer = await provider.tryAcquire(asked);
  if (!answer.granted) throw new Error(`refused: ${answer.why}`);
  await provider.release({ ...asked, inDoubt: false });
  return answer.fencingToken ?? 0n;
}

describe("a member's tokens", () => {
  test("a proposal near the server's time is the token; one far off is clamped to the slack", async () => {
    const { provider } = await join();
    const near = (await nowUs()) + 500_000n;
    expect(await tokenFor(provider, "near", near)).toBe(near);
    const high = await tokenFor(provider, "high", near * 2n);
    expect(high - (await nowUs())).toBeLessThanOrEqual(1_000_000n);
    const low = await tokenFor(provider, "low", 1n);
    expect((await nowUs()) - low).toBeLessThan(1_500_000n);
    expect((await nowUs()) - low).toBeGreaterThan(900_000n);
  });

  test("G-04 a counter from a clock that had run away is given to nobody, and not kept alive", async () => {
    const { provider } = await join();
    const ahead = (await nowUs()) + BigInt(membership.fenceTtlMs) * 1_000n;
    await server.command("SET", "holdfast:{a}:f", String(ahead + 60_000_000n), "PX", "300000");
    const answer = await provider.tryAcquire(request("a"));
    expect(answer).toMatchObject({ granted: false, why: "abstaining" });
    if (answer.granted) throw new Error("granted");
    expect(answer.retryAfterMs).toBeGreaterThan(290_000);
    expect(answer.retryAfterMs).toBeLessThanOrEqual(300_000);
    expect(await server.command("PTTL", "holdfast:{a}:f")).toBeLessThanOrEqual(300_000);
    expect(await server.command("EXISTS", "holdfast:{a}")).toBe(0);
    expect(await tokenFor(provider, "b")).toBeLessThan(ahead);
    await server.command("SET", "holdfast:{a}:f", String(ahead - 60_000_000n), "PX", "300000");
    expect(await tokenFor(provider, "a")).toBe(ahead - 60_000_000n + 1n);
  });

  test("a token is above the one before, whatever is proposed, for each name by itself", async () => {
    const { provider } = await join();
    const proposal = (await nowUs()) + 900_000n;
    expect(await tokenFor(provider, "a", proposal)).toBe(proposal);
    expect(await tokenFor(provider, "a", proposal)).toBe(proposal + 1n);
    expect(await tokenFor(provider, "a", proposal - 10n)).toBe(proposal + 2n);
    expect(await tokenFor(provider, "b", proposal)).toBe(proposal);
  });

  test("a raise is not clamped, lifts lock and counter, and never lowers", async () => {
    const { provider } = await join();
    const asked = request("a");
    const answer = await provider.tryAcquire(asked);
    if (!answer.granted) throw new Error("refused");
    const raiseFenceTo = (answer.fencingToken ?? 0n) + 300_000_000n;
    const { name, holderId, ttlMs } = asked;
    const claim = { name, holderId, ttlMs };
    const before = await provider.inspect?.("a");
    expect((await provider.renew([{ ...claim, raiseFenceTo }]))[0]).toMatchObject({
      status: "renewed",
      fencingToken: raiseFenceTo,
    });
    expect(await provider.renew([{ ...claim, raiseFenceTo: 5n }, claim])).toMatchObject([
      { fencingToken: raiseFenceTo },
      { fencingToken: raiseFenceTo },
    ]);
    const after = await provider.inspect?.("a");
    expect(after).toMatchObject({ fencingToken: raiseFenceTo, incarnation: before?.incarnation });
    await provider.release({ ...claim, inDoubt: false });
    expect(await tokenFor(provider, "a")).toBe(raiseFenceTo + 1n);
  });

  test("a raise that Lua could not count exactly is refused, not rounded", async () => {
    const { provider } = await join();
    const { name, holderId, ttlMs } = request("a");
    const raiseFenceTo = 2n ** 53n;
    const [outcome] = await provider.renew([{ name, holderId, ttlMs, raiseFenceTo }]);
    expect(outcome).toMatchObject({ status: "unknown", cause: { code: "BACKEND_REJECTED" } });
  });

  test("every key of a member expires by itself", async () => {
    const { provider } = await join();
    await tokenFor(provider, "a");
    const keys = (await server.command("KEYS", "*")) as string[];
    expect([...keys].sort()).toEqual(["holdfast:member", "holdfast:{a}:f"]);
    for (const key of keys) {
      expect(Number(await server.command("PTTL", key))).toBeGreaterThan(500_000);
    }
  });
});

describe("a member's marker", () => {
  test.each(["acquires", "renews"])("lives on while somebody %s", async (verb) => {
    const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + passedMs };
    let passedMs = 0;
    const { provider } = await join({}, { clock });
    const asked = request("a");
    await provider.tryAcquire(asked);
    await server.command("PEXPIRE", "holdfast:member", "300000");
    const { name, holderId, ttlMs } = asked;
    const use = async () =>
      verb === "renews"
        ? await provider.renew([{ name, holderId, ttlMs }])
        : await provider.tryAcquire(asked);
    await use();
    expect(Number(await server.command("PTTL", "holdfast:member"))).toBeLessThanOrEqual(300_000);
    passedMs = membership.fenceTtlMs / 4;
    await use();
    expect(Number(await server.command("PTTL", "holdfast:member"))).toBeGreaterThan(500_000);
  });
});

describe("a member's identity", () => {
  test("two clients of one server have one identity; two servers have two", async () => {
    const [first, second] = [await join(), await join()];
    expect(first.identity).toBe(second.identity);
    await using other = await startRedis();
    const provider = redis({ url: other.url });
    expect((await provider.asMember(membership)).identity).not.toBe(first.identity);
    await provider[Symbol.asyncDispose]();
  });

  test("a client configured otherwise is refused, and the others go on", async () => {
    const { provider } = await join();
    const error = await faultOf(join({ fingerprint: "5:600000:0" }));
    expect(error).toMatchObject({ code: "CONFIG_INVALID", outcome: "not-applied" });
    // Both sides and what to do, for whoever has to find out which client is wrong.
    expect(error.message).toMatch(/3:600000:0, not 5:600000:0.*Configure all clients alike/);
    await tokenFor(provider, "a");
  });
});

describe("a member that may have lost its data abstains", () => {
  const GUARD_MS = 2_000;

  async function answerOf(provider: LockProvider): Promise<string> {
    const asked = request("a", { ttlMs: 1_000 });
    try {
      const answer = await provider.tryAcquire(asked);
      if (!answer.granted) return answer.why;
      await provider.release({ ...asked, inDoubt: false });
      return "granted";
    } catch {
      return "fault";
    }
  }

  test("after a start, until the guard has passed", async () => {
    const { provider } = await join({ restartGuardMs: GUARD_MS });
    expect(await answerOf(provider)).toBe("abstaining");
    await until("the guard has passed", async () => (await answerOf(provider)) === "granted");
  });

  test.each([true, false])("after a restart (keeping its data: %s)", async (keepData) => {
    const { provider } = await join({ restartGuardMs: GUARD_MS });
    await until("it votes", async () => (await answerOf(provider)) === "granted");
    await server.restart({ keepData });
    let abstained = false;
    await until("it votes again", async () => {
      const answer = await answerOf(provider);
      if (answer === "abstaining") abstained = true;
      return answer === "granted";
    });
    expect(abstained).toBe(true);
  });

  test("after FLUSHALL, for clients that saw it before and for those that did not", async () => {
    const { provider } = await join({ restartGuardMs: GUARD_MS });
    await until("it votes", async () => (await answerOf(provider)) === "granted");
    await server.command("FLUSHALL");
    const refusal = await provider.tryAcquire(request("a"));
    expect(refusal).toMatchObject({ granted: false, why: "abstaining" });
    // It says how long, so that whoever waits need not ask in vain.
    expect(refusal).toHaveProperty("retryAfterMs");
    expect(await answerOf(provider)).toBe("abstaining");
    const fresh = await join({ restartGuardMs: GUARD_MS });
    expect(await answerOf(fresh.provider)).toBe("abstaining");
    await until("it votes again", async () => (await answerOf(provider)) === "granted");
  });

  test("G-01 after a failover to a replica that has the marker, for clients that never saw it before", async () => {
    const { provider } = await join({ restartGuardMs: GUARD_MS });
    await until("it votes", async () => (await answerOf(provider)) === "granted");
    // A replica has the marker that its primary wrote: the same but for the run_id.
    const marker = String(await server.command("GET", "holdfast:member"));
    const runId = /run_id:(\w+)/.exec(String(await server.command("INFO", "server")))?.[1] ?? "?";
    expect(marker).toContain(`:${runId}:`);
    const primary = marker.replace(runId, "f".repeat(40));
    await server.command("SET", "holdfast:member", primary, "PX", "600000");
    const fresh = await join({ restartGuardMs: GUARD_MS });
    expect(await answerOf(fresh.provider)).toBe("abstaining");
    expect(await answerOf(provider)).toBe("abstaining");
    await until("it votes again", async () => (await answerOf(provider)) === "granted");
  });

  test("the doctor says that it abstains, and no more once it votes", async () => {
    const { provider } = await join({ restartGuardMs: GUARD_MS });
    const abstains = async () =>
      (await provider.doctor?.())?.some(({ what }) => what.includes("it abstains for another"));
    expect(await abstains()).toBe(true);
    await until("it votes", async () => (await answerOf(provider)) === "granted");
    expect(await abstains()).toBe(false);
  });

  test("never with the guard switched off", async () => {
    const { provider } = await join({ restartGuardMs: 0 });
    expect(await answerOf(provider)).toBe("granted");
    await server.command("FLUSHALL");
    expect(await answerOf(provider)).toBe("granted");
  });
});
