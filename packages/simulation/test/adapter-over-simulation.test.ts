import { type AcquireRequest, type ManualClock, manualClock } from "@holdfast/core";
import { type RedisProvider, redis } from "@holdfast/redis";
import { beforeEach, describe, expect, test } from "vitest";
import { SimulatedClient } from "../src/redis/simulated-client.ts";
import { SimulatedRedis } from "../src/redis/simulated-redis.ts";
import { DirectWire } from "./client/direct-wire.ts";

const TTL_MS = 1_000;
const GUARD_MS = 5_000;
const TURNS_MAX = 20;

let clock: ManualClock;
let server: SimulatedRedis;
let wire: DirectWire;
let provider: RedisProvider;

beforeEach(() => {
  clock = manualClock();
  server = new SimulatedRedis({ nowUs: () => clock.wallMs() * 1_000, runId: "first" });
  wire = new DirectWire(server);
  const client = new SimulatedClient({ wire, clock, resend: false, offlineQueue: false });
  provider = redis({ client, clock });
});

function request(name: string, holderId: string): AcquireRequest {
  return { name, holderId, ttlMs: TTL_MS, mode: "exclusive", renewable: true };
}

/** The answer to what takes several messages, but no time. */
async function soon<Answer>(answer: Promise<Answer> | Answer): Promise<Answer> {
  let isSettled = false;
  const settled = Promise.resolve(answer).finally(() => {
    isSettled = true;
  });
  settled.catch(() => {});
  for (let turn = 0; turn < TURNS_MAX && !isSettled; turn += 1) await clock.advance(0);
  expect(isSettled).toBe(true);
  return await settled;
}

describe("the real adapter over the simulated client and server", () => {
  test("takes, renews, looks at, gives back and breaks a lock", async () => {
    const grant = await soon(provider.tryAcquire(request("a", "one")));
    expect(grant).toMatchObject({ granted: true, fencingToken: expect.any(BigInt) });
    const refusal = await soon(provider.tryAcquire(request("a", "two")));
    expect(refusal).toMatchObject({ granted: false, why: "held", retryAfterMs: TTL_MS });
    const claim = { name: "a", holderId: "one", ttlMs: TTL_MS };
    expect(await soon(provider.renew([claim]))).toMatchObject([{ status: "renewed" }]);
    expect(await soon(provider.inspect("a"))).toMatchObject({
      held: true,
      remainingMs: TTL_MS,
    });
    expect(await soon(provider.release({ ...claim, inDoubt: false }))).toBe("released");
    expect(await soon(provider.release({ ...claim, inDoubt: true }))).toBe("absent");
    expect(await soon(provider.breakLock("a", { incarnation: "any" }))).toBe(false);
    expect(server.keys()).toEqual(["holdfast:fence", "holdfast:{a}:t:one"]);
  });

  test("a member that lost its data abstains, under its new identity", async () => {
    const membership = {
      fingerprint: "3:1000",
      restartGuardMs: GUARD_MS,
      proposalSlackMs: 1_000,
      fenceTtlMs: 600_000,
    };
    const member = await soon(provider.asMember(membership));
    expect(member.identity).toBe("first");
    const vote = async (holderId: string) =>
      await soon(member.provider.tryAcquire(request("a", holderId)));
    expect(await vote("one")).toMatchObject({ why: "abstaining" });
    await clock.advance(GUARD_MS);
    expect(await vote("two")).toMatchObject({ granted: true });
    wire.isRefusing = true;
    wire.cut();
    server.crash("everything");
    server.start("second");
    wire.heal();
    await clock.advance(TTL_MS);
    expect(await vote("three")).toMatchObject({ why: "abstaining" });
    await clock.advance(GUARD_MS);
    expect(await vote("four")).toMatchObject({ granted: true });
  });
});
