import type { CheckOptions } from "../../src/check-options.ts";
import type { HistoryEvent } from "../../src/history-event.ts";
import { FaultPlan } from "./fault-plan.ts";
import { Journal } from "./journal.ts";
import { LockClient } from "./lock-client.ts";
import { LockServer } from "./lock-server.ts";
import { Network } from "./network.ts";
import { Process } from "./process.ts";
import { Resource } from "./resource.ts";
import type { Scenario } from "./scenario.ts";
import { User } from "./user.ts";
import { World } from "./world.ts";

/** The two sides of a lock; what is not given is correct. */
export interface Implementation {
  readonly Server?: typeof LockServer;
  readonly Client?: typeof LockClient;
  /** What the client of that number takes for the members. */
  readonly listed?: (members: readonly LockServer[], client: number) => readonly LockServer[];
}

const RATE_ERROR = 0.004;
const REST_TTLS = 4;
/** Users that have not finished by then never will. */
const PATIENCE_MS = 120_000;
const LIMIT_MS = 1_000_000;

/** What a correct lock keeps in every scenario; bounds with room for what is slow by chance. */
export function boundsOf({ members, ttlMs }: Scenario): CheckOptions {
  const isQuorum = members > 1;
  return {
    wakeUpMs: isQuorum ? 2_000 : 600,
    ...(isQuorum ? {} : { handOffMs: 500, crashHandOffMs: 500 }),
    noticeMs: 1,
    availableMs: 20,
    deliveryMs: ttlMs * 2,
    settleMs: 300,
    fair: !isQuorum,
  };
}

/** Plays a scenario to its end and gives the history, the same for the same seed. */
export async function runScenario(
  seed: number,
  scenario: Scenario,
  { Server = LockServer, Client = LockClient, listed = (all) => all }: Implementation = {},
): Promise<readonly HistoryEvent[]> {
  const world = new World(seed);
  const journal = new Journal(world);
  const network = new Network(world);
  const process = (name: string): Process =>
    new Process(world, name, world.between(1 - RATE_ERROR, 1 + RATE_ERROR));
  const indexes = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

  const guardMs = scenario.ttlMs * 1.1;
  const members = indexes(scenario.members).map(
    (index) => new Server(process(`member-${index}`), network, guardMs),
  );
  const names = indexes(scenario.names).map((index) => `lock-${index}`);
  const resources = new Map(names.map((name) => [name, new Resource(world, journal, name)]));
  const users = indexes(scenario.clients).map((index) => {
    const parts = {
      process: process(`client-${index}`),
      members: listed(members, index),
      network,
      journal,
    };
    const client = new Client({ ...parts, ttlMs: scenario.ttlMs });
    return new User(client, resources, scenario);
  });
  const plan = new FaultPlan({ world, journal, network, members, users }, scenario);

  const auditor = process("auditor");
  const work = Promise.all([plan.run(), ...users.map((user) => user.run())]);
  await world.runUntil(Promise.race([work, auditor.sleep(PATIENCE_MS)]), LIMIT_MS);
  await world.runUntil(auditor.sleep(REST_TTLS * scenario.ttlMs), LIMIT_MS);
  const reads = [...resources.values()].map((resource) => resource.read(auditor));
  await world.runUntil(Promise.all(reads), LIMIT_MS);
  for (const member of members) noteLeftovers(journal, member);
  return journal.events;
}

function noteLeftovers(journal: Journal, { process, locks, lines }: LockServer): void {
  for (const [name, { holder }] of locks) {
    journal.leftover(name, `the lock of ${holder} at ${process.name}`);
  }
  for (const [name, line] of lines) {
    for (const { waiter } of line) journal.leftover(name, `${waiter} in line at ${process.name}`);
  }
}
