import { manualClock } from "@holdfast/core";
import type { IoredisClient } from "@holdfast/redis";
import { startFaultProxy, startRedis, until } from "@holdfast/test-servers";
import { Redis } from "ioredis";
import { SimulatedClient } from "../../src/redis/simulated-client.ts";
import { SimulatedRedis } from "../../src/redis/simulated-redis.ts";
import { DirectWire } from "./direct-wire.ts";

interface ClientHabits {
  readonly resend: boolean;
  readonly offlineQueue: boolean;
}

/** A server, a network with faults and clients of one kind, real or simulated. */
export interface Stage {
  open(habits: ClientHabits): IoredisClient;
  /** What the server says to somebody who is connected directly. */
  ask(...command: string[]): Promise<unknown>;
  /** Commands are executed and never answered. */
  loseReplies(): void;
  /** Whether a reply was lost. */
  hasLost(): boolean;
  /** Resets the connections. */
  cut(): void;
  /** No new connections. */
  refuse(): void;
  /** Ends both faults, and the connections that lost something. */
  heal(): Promise<void>;
  until(what: string, condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

const STEP_MS = 5;
const STEPS_MAX = 10_000;

export async function simulatedStage(): Promise<Stage> {
  const clock = manualClock();
  const server = new SimulatedRedis({ nowUs: () => clock.wallMs() * 1_000, runId: "run" });
  const wire = new DirectWire(server);
  const opened: SimulatedClient[] = [];
  return {
    open: (habits) => {
      const client = new SimulatedClient({ wire, clock, ...habits });
      opened.push(client);
      return client;
    },
    ask: async (...command) => server.execute(command),
    loseReplies: () => {
      wire.isLosingReplies = true;
    },
    hasLost: () => wire.lostCount > 0,
    cut: () => wire.cut(),
    refuse: () => {
      wire.isRefusing = true;
    },
    heal: async () => {
      wire.heal();
    },
    until: async (what, condition) => {
      for (let step = 0; step < STEPS_MAX; step += 1) {
        await clock.advance(STEP_MS);
        if (condition()) return;
      }
      throw new Error(`Not within ${STEPS_MAX * STEP_MS} ms: ${what}`);
    },
    close: async () => {
      for (const client of opened) client.disconnect();
    },
  };
}

export async function realStage(): Promise<Stage> {
  const server = await startRedis();
  const proxy = await startFaultProxy({ target: server });
  const opened: Redis[] = [];
  return {
    open: ({ resend, offlineQueue }) => {
      const client = new Redis({
        host: proxy.host,
        port: proxy.port,
        autoResendUnfulfilledCommands: resend,
        enableOfflineQueue: offlineQueue,
        disconnectTimeout: STEP_MS,
        maxRetriesPerRequest: resend ? 20 : 0,
        retryStrategy: (attempt) => attempt * STEP_MS,
      });
      opened.push(client);
      return client;
    },
    ask: (...command) => server.command(...command),
    loseReplies: () => proxy.drop("to-client"),
    hasLost: () => proxy.traffic("to-client").lostBytes > 0,
    cut: () => proxy.reset(),
    refuse: () => proxy.refuse(),
    heal: () => proxy.heal(),
    until,
    close: async () => {
      for (const client of opened) client.disconnect();
      await proxy.close();
      await server.stop();
    },
  };
}
