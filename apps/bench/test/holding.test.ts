import { expect, test } from "vitest";
import type { Sample } from "../src/scenario.ts";

const HOLDING_MS_MAX = 180_000;
const TTL_MS = 3_000;
const LEASES = 1_000;
/** Every lease is to be renewed three times a ttl, which is once in the second that is watched. */
const WATCH_SECONDS = 1;
/** Leases that are due within a thirtieth of a ttl may be renewed together: ten batches a second. */
const BATCHES_MAX = 10;
/** And a batch has its limit. */
const BATCH_LEASES_MIN = 100;

/** The agents run what is built, so their host is taken from there too. */
const built = (file: string): string => new URL(`../dist/${file}`, import.meta.url).href;

/** One sample of each strategy, without the other variants of the scenario. */
async function sampled(...strategyIds: readonly string[]): Promise<readonly Sample[]> {
  const { holding } = (await import(
    built("scenarios/holding.js")
  )) as typeof import("../src/scenarios/holding.ts");
  const { strategies } = (await import(
    built("strategies.js")
  )) as typeof import("../src/strategies.ts");
  const { AgentHost } = (await import(
    built("agent/agent-host.js")
  )) as typeof import("../src/agent/agent-host.ts");
  const { Servers } = (await import(
    built("server/servers.js")
  )) as typeof import("../src/server/servers.ts");
  const { CorePinning } = (await import(
    built("server/core-pinning.js")
  )) as typeof import("../src/server/core-pinning.ts");

  const chosen = strategies.filter(({ id }) => strategyIds.includes(id));
  const pinning = CorePinning.find();
  const servers = await Servers.start(chosen, pinning, () => {});
  const host = new AgentHost(pinning, servers);
  try {
    const samples: Sample[] = [];
    for (const strategy of chosen) {
      const probe = await holding.open(host, strategy, { leases: LEASES, ttlMs: TTL_MS });
      samples.push(await probe.measure(WATCH_SECONDS));
    }
    return samples;
  } finally {
    await host.killAll();
    await servers.stop();
  }
}

test(
  "leases are renewed in batches by Holdfast, and one by one by a library with a timer each",
  async () => {
    const [batched, single] = await sampled("redis-ioredis", "redis-semaphore-tuned");
    expect(batched?.["commandsPerSecond"]).toBeGreaterThan(0);
    expect(batched?.["commandsPerSecond"]).toBeLessThanOrEqual(
      BATCHES_MAX + LEASES / BATCH_LEASES_MIN,
    );
    expect(single?.["commandsPerSecond"]).toBeGreaterThan(0.8 * LEASES);
    expect(single?.["commandsPerSecond"]).toBeLessThan(1.2 * LEASES);
    for (const sample of [batched, single]) {
      expect(sample).toMatchObject({ lostPercent: 0, lossesTold: 0 });
      expect(sample?.["heapKibPerLease"]).toBeGreaterThan(0.1);
    }
  },
  HOLDING_MS_MAX,
);
