import { LockError, type LockErrorCode } from "@holdfast/core";
import { NS_PER_MS, nsOf } from "../world/nanoseconds.ts";
import { World } from "../world/world.ts";
import type { Backend, BackendParts, Server } from "./backend.ts";
import { checkHistory } from "./check-history.ts";
import { Client } from "./client.ts";
import { clientClock, drawClock } from "./clock-traits.ts";
import { Faults, SERVER_BACK_MS_MAX } from "./faults.ts";
import { MemoryBackend } from "./memory-backend.ts";
import { Observer, type SeedViolation } from "./observer.ts";
import { RedisBackend } from "./redis-backend.ts";
import { RemoteBackend } from "./remote-backend.ts";
import { Resource } from "./resource.ts";
import type { Run, Sabotage } from "./run.ts";
import { drawScenario, EVENTS_MIN, type Scenario } from "./scenario.ts";
import type { Topology } from "./topology.ts";
import type { TrackedLease } from "./tracked-lease.ts";
import { Worker } from "./worker.ts";

export interface SeedOptions {
  /** Default: drawn from the seed. */
  readonly topology?: Topology | undefined;
  readonly sabotage?: (() => Sabotage) | undefined;
  /** Given every line of the trace at once. */
  readonly print?: ((line: string) => void) | undefined;
}

/** What one seed led to. */
export interface SeedResult {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly eventCount: number;
  readonly traceHash: string;
  readonly violations: readonly SeedViolation[];
}

/** Virtual time after which a run that makes no events is healed all the same. */
const SAFETY_MS_MAX = 600_000;
/** Servers have been up for longer than members have to wait after a start. */
const WARM_UP_MS = 2_000;
/** Everyone ends what is under way; far more than the longest wait of a workload. */
const FINISH_MS_MAX = 300_000;
const PROGRESS_SLACK_MS = 5_000;
/** The slowest message takes so many of the longest ttls. */
const SLOW_SHARE = 2;
/** Longer than any driver waits before it connects again, and for that. */
const RECONNECT_MS = 3_000;
/** For answers that are still on their way when everybody has closed. */
const REST_MS = 100_000;
/** Beyond this something goes on for ever. */
const EVENTS_MAX = 100_000;

/** Runs one seed from its beginning to rest. The same seed gives the same trace hash, on any machine. */
export async function runSeed(seed: number, options: SeedOptions = {}): Promise<SeedResult> {
  return await new SeedRun(seed, options).run();
}

/** Members may have to wait after a start, for longer than an acquire is patient. */
const PASSING: ReadonlySet<LockErrorCode> = new Set<LockErrorCode>([
  "BACKEND_UNAVAILABLE",
  "NO_QUORUM",
]);

class SeedRun {
  readonly #seed: number;
  readonly #run: Run;
  readonly #workers = new Set<Promise<void>>();
  readonly #timersLateMs: number;
  #clientCount = 0;

  constructor(seed: number, { topology, sabotage, print }: SeedOptions) {
    this.#seed = seed;
    const world = new World(seed, print);
    const scenario = drawScenario(world.random("scenario"), topology);
    world.trace.add("scenario", JSON.stringify(scenario));
    const observer = new Observer(world, scenario);
    const broken = sabotage?.() ?? {};
    this.#timersLateMs = broken.timersLateMs ?? 0;
    const backend = backendOf({ world, scenario, observer, sabotage: broken });
    observer.watchServers(backend.servers);
    this.#run = {
      world,
      scenario,
      backend,
      observer,
      resource: new Resource(world),
      clients: [],
      isHealing: false,
    };
  }

  async run(): Promise<SeedResult> {
    const run = this.#run;
    const { world, scenario, observer } = run;
    const onRejection = (reason: unknown): void => observer.violate("unhandled", wordsOf(reason));
    process.on("unhandledRejection", onRejection);
    try {
      await this.#until(scenario.restartGuardMs + WARM_UP_MS, () => false);
      for (let count = 0; count < scenario.clientCount; count += 1) this.#startClient();
      const faults = new Faults(run, () => this.#startClient());
      faults.start();
      await this.#until(SAFETY_MS_MAX, () => world.scheduler.eventCount >= scenario.eventCountMin);
      faults.heal();
      await this.#heal();
      await this.#comeToRest();
    } finally {
      process.off("unhandledRejection", onRejection);
    }
    this.#checkHistory();
    const { eventCount } = world.scheduler;
    if (eventCount < EVENTS_MIN) observer.violate("events", `only ${eventCount} events`);
    const traceHash = world.trace.digest();
    return { seed: this.#seed, scenario, eventCount, traceHash, violations: observer.violations };
  }

  #startClient(): void {
    const { world, backend, scenario } = this.#run;
    this.#clientCount += 1;
    const name = `c${this.#clientCount}`;
    const clock = drawClock(world.random(`clock of ${name}`), clientClock(scenario));
    const host = backend.sharedHost ?? world.addHost(name, clock);
    host.clock.lateMs = this.#timersLateMs;
    host.receive("message", () => {
      const client = new Client(name, host, this.#run);
      const { clients } = this.#run;
      this.#run.clients = [...clients.filter((other) => other.isAlive && !other.isClosed), client];
      for (let fiber = 0; fiber < scenario.fibersPerClient; fiber += 1) {
        this.#track(client, new Worker(client).work());
      }
    });
  }

  /** What a program does has to end, unless the program died. */
  #track(client: Client, work: Promise<void>): void {
    const ended = work.then(
      () => void this.#workers.delete(ended),
      (error: unknown) => {
        this.#workers.delete(ended);
        this.#run.observer.violate("error", `${client.name} failed: ${wordsOf(error)}`);
      },
    );
    this.#workers.add(ended);
    this.#owners.set(ended, client);
  }

  readonly #owners = new Map<Promise<void>, Client>();

  #isWorkOver(): boolean {
    for (const work of this.#workers) if (this.#owners.get(work)?.isAlive) return false;
    return true;
  }

  /** Nothing goes wrong any more: everyone ends, and then can have every lock. */
  async #heal(): Promise<void> {
    const run = this.#run;
    run.isHealing = true;
    run.world.trace.add("run", "everything is healed");
    await this.#until(FINISH_MS_MAX, () => this.#isWorkOver());
    if (!this.#isWorkOver()) this.#reportPending("after everything was healed");
    await this.#until(this.#calmMs, () => false);
    await this.#takeAll();
    if (run.scenario.memberCount > 1) await this.#doWithout();
  }

  /** Everybody takes every lock, one after another, all at once; or the first so many of them. */
  async #takeAll(clientCount: number = Number.POSITIVE_INFINITY): Promise<void> {
    const able = this.#run.clients.filter((client) => client.isAlive && !client.isClosed);
    for (const client of able.slice(0, clientCount)) {
      client.host.receive("message", () => this.#track(client, this.#takeEach(client)));
    }
    await this.#until(FINISH_MS_MAX, () => this.#isWorkOver());
    if (!this.#isWorkOver()) this.#reportPending("while every lock was to be had");
  }

  /** A minority of a quorum's members is down, hangs or is cut off, and every lock is to be had. */
  async #doWithout(): Promise<void> {
    const { backend, scenario, world } = this.#run;
    const random = world.random("minority");
    const missing = backend.servers.slice(0, scenario.memberCount - scenario.majority);
    const ends = missing.map((server) => failure(server, world, random.pick(FAILURES)));
    await this.#takeAll(2);
    for (const end of ends) end();
    await this.#until(this.#calmMs, () => false);
  }

  /** What was sent while the network was slow has arrived by then, and drivers are connected. */
  get #calmMs(): number {
    return SLOW_SHARE * this.#run.scenario.ttlMsMax + RECONNECT_MS;
  }

  /** Within this every lock is to be had: what was in the way ends by its ttl, and clocks went back. */
  get #progressMs(): number {
    const { ttlMsMax, restartGuardMs } = this.#run.scenario;
    return 2 * ttlMsMax + restartGuardMs + SERVER_BACK_MS_MAX + PROGRESS_SLACK_MS;
  }

  async #takeEach(client: Client): Promise<void> {
    const { names } = this.#run.scenario;
    for (const name of names) await this.#take(client, name, this.#progressMs);
  }

  /** Gets the lock within that time, and gives it back. A quorum may say meanwhile that it has none. */
  async #take(client: Client, name: string, waitMs: number): Promise<void> {
    const { observer, scenario } = this.#run;
    const { clock } = client.host;
    const endMs = clock.monotonicMs() + waitMs;
    for (;;) {
      const hold = observer.hold(name, client.name, client.host);
      const ttlMs = scenario.ttlsMs[0] as number;
      observer.record(hold, { operation: "acquire", phase: "invoke", ttlMs, detail: "progress" });
      const leftMs = Math.max(1, endMs - clock.monotonicMs());
      try {
        const call = client.locks.acquire(name, { waitMs: leftMs });
        const lease = await client.settled(`progress of ${hold.id}`, call);
        return await this.#giveBack(client, observer.granted(hold, lease, client.originMs));
      } catch (error) {
        const isPassing = LockError.is(error) && PASSING.has(error.code);
        const detail = LockError.is(error) ? error.code : String(error);
        observer.record(hold, { operation: "acquire", phase: "unknown", detail });
        if (isPassing && clock.monotonicMs() < endMs) continue;
        const words = `${client.name} did not get ${name} within ${waitMs} ms: ${wordsOf(error)}`;
        return observer.violate("progress", words);
      }
    }
  }

  async #giveBack(client: Client, tracked: TrackedLease): Promise<void> {
    const { observer } = this.#run;
    const { hold, lease } = tracked;
    tracked.endNs = client.host.clock.nowNs;
    observer.record(hold, { operation: "release", phase: "invoke" });
    const outcome = await client.settled(`release of ${hold.id}`, lease.release());
    // A short ttl may end on the way.
    const isOver = client.host.clock.nowNs >= tracked.validUntilNs;
    if (outcome !== "released" && !isOver) {
      observer.violate("progress", `${hold.id} was ${outcome} although all is well`);
    }
    observer.record(hold, { operation: "release", phase: "ok" });
  }

  async #comeToRest(): Promise<void> {
    const { observer, backend, clients, scenario } = this.#run;
    const closing = clients.filter((client) => client.isAlive);
    for (const client of closing) {
      client.host.receive("message", () => this.#track(client, client.close()));
    }
    await this.#until(
      FINISH_MS_MAX,
      () => this.#isWorkOver() && closing.every((each) => each.isClosed),
    );
    if (!this.#isWorkOver()) this.#reportPending("while closing");
    for (const host of new Set(closing.map((client) => client.host))) {
      const { pendingTimers } = host.clock;
      if (pendingTimers > 0)
        observer.violate("leftover", `${pendingTimers} timers on ${host.name}`);
    }
    await this.#until(REST_MS + 2 * scenario.ttlMsMax, () => false);
    for (const server of backend.servers) {
      const left = server.leftovers();
      if (left.length > 0) observer.violate("leftover", `${server.host.name}: ${left.join(" ")}`);
    }
    for (const client of clients) {
      if (client.isAlive && client.pending.length > 0) this.#reportPending("at rest");
    }
  }

  #reportPending(when: string): void {
    const { clients, observer } = this.#run;
    const pending = clients
      .filter((client) => client.isAlive && client.pending.length > 0)
      .map((client) => `${client.name}: ${client.pending.join(", ")}`);
    observer.violate("stuck", `${when}: ${pending.join("; ") || "somebody works on"}`);
  }

  /** Lets the world go on until `isOver`, or for so long. */
  async #until(durationMs: number, isOver: () => boolean): Promise<void> {
    const { world, observer } = this.#run;
    const endNs = world.nowNs + nsOf(durationMs);
    let isPast = false;
    const end = world.scheduler.at(endNs, () => {
      isPast = true;
    });
    await world.run({
      isOver: () => isPast || isOver() || world.scheduler.eventCount > EVENTS_MAX,
      settled: () => observer.settled(),
      threw: (error) => observer.violate("error", wordsOf(error)),
    });
    end.isCancelled = true;
    if (world.scheduler.eventCount > EVENTS_MAX) {
      observer.violate("storm", `more than ${EVENTS_MAX} events in ${world.nowNs / NS_PER_MS} ms`);
    }
  }

  #checkHistory(): void {
    const { observer, scenario } = this.#run;
    for (const { checker, message } of checkHistory(observer.history, scenario)) {
      observer.violate(checker, message);
    }
  }
}

const FAILURES = ["down", "hanging", "cut off"] as const;

/** Begins it, and gives what ends it. */
function failure(server: Server, world: World, how: (typeof FAILURES)[number]): () => void {
  world.trace.add(server.host.name, `is ${how}`);
  switch (how) {
    case "down":
      server.crash("nothing");
      return () => server.start();
    case "hanging":
      server.host.pause();
      return () => server.host.resume();
    case "cut off": {
      const links = world.linksOf({ server: server.host });
      const opens = links.map((link) => link.block("toServer"));
      return () => {
        for (const open of opens) open();
      };
    }
  }
}

function backendOf(parts: BackendParts): Backend {
  const { topology } = parts.scenario;
  if (topology === "memory") return new MemoryBackend(parts);
  return topology.includes("redis") ? new RedisBackend(parts) : new RemoteBackend(parts);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
