import {
  ACQUIRE,
  ACQUIRE_AS_MEMBER,
  JOIN_QUEUE,
  RELEASE,
  RELEASE_IN_DOUBT,
  type Script,
} from "@holdfast/redis/scripts";
import { type CrashLoss, SimulatedRedis } from "../redis/simulated-redis.ts";
import type { Wire } from "../redis/wire.ts";
import { Connection, ServerPort } from "../world/connection.ts";
import type { Host } from "../world/host.ts";
import type { DelayTraits } from "../world/link.ts";
import { nsOf } from "../world/nanoseconds.ts";
import type { World } from "../world/world.ts";
import { Auditor } from "./auditor.ts";
import type { BackendParts, Server } from "./backend.ts";
import { drawClock, serverClock } from "./clock-traits.ts";

/** What may stay on a server when nobody holds or waits: fence counters, tombstones, the member marker. */
const MAY_STAY = /(?:^holdfast:(?:fence|member)|\}:f|\}:t:[\w-]+)$/;
const ACQUIRES = namesOf(ACQUIRE, ACQUIRE_AS_MEMBER, JOIN_QUEUE);
const RELEASES = namesOf(RELEASE, RELEASE_IN_DOUBT);
const RUN_ID_LENGTH = 22;
/** Copies of a message that arrive, by its fate; any other is told once. */
const COPIES: Readonly<Record<number, number>> = { 0: 0, 1: 2 };
const MESSAGE_FATES = 19;

/** One simulated Redis on a machine of its own, with the network to it. */
export class RedisServer implements Server {
  readonly host: Host;
  readonly auditor: Auditor;
  readonly losses: readonly CrashLoss[] = ["nothing", "last-second", "everything"];
  readonly #world: World;
  readonly #redis: SimulatedRedis;
  readonly #port: ServerPort<readonly string[], unknown>;
  lostNs: number = Number.NEGATIVE_INFINITY;
  #startCount = 0;

  constructor(name: string, { world, scenario, observer }: BackendParts) {
    this.#world = world;
    this.auditor = new Auditor(this, world, observer);
    this.host = world.addHost(
      name,
      drawClock(world.random(`clock of ${name}`), serverClock(scenario)),
    );
    const { clock } = this.host;
    this.#redis = new SimulatedRedis({
      nowUs: () => Math.floor(clock.wallMs() * 1_000),
      runId: this.#nextRunId(),
      onPublish: (channel, text) => {
        world.trace.add(name, `publishes to ${channel}: ${text}`);
        this.auditor.granted(text.split(" ", 1)[0] ?? "");
      },
    });
    const random = world.random(`messages of ${name}`);
    this.#port = new ServerPort(this.host, (command, answer) => {
      const reply = this.#redis.execute(command, (message) => {
        // Nothing is promised of messages: a few come not at all, or twice.
        const fate = random.integer(0, MESSAGE_FATES);
        for (let copy = 0; copy < (COPIES[fate] ?? 1); copy += 1) answer(message);
      });
      world.trace.add(name, `${shown(command)} -> ${shownReply(reply)}`);
      this.#audit(command, reply);
      answer(reply);
    });
  }

  /** A way for drivers on `client` to connect here. */
  wire(client: Host, delay: DelayTraits): Wire {
    const world = this.#world;
    const link = world.link(client, this.host, delay);
    return {
      connect: (handlers) =>
        new Connection({
          scheduler: world.scheduler,
          random: world.networkRandom,
          client,
          server: this.#port,
          link,
          handlers,
        }),
    };
  }

  get isUp(): boolean {
    return this.#port.isListening;
  }

  crash(loss: CrashLoss): void {
    this.#world.trace.add(this.host.name, `crashes and loses ${loss}`);
    this.#redis.crash(loss);
    this.#port.close();
    if (loss === "nothing") return;
    this.lostNs = this.#world.nowNs;
    this.auditor.forgot();
  }

  start(): void {
    const runId = this.#nextRunId();
    this.#world.trace.add(this.host.name, `starts as ${runId}`);
    this.#redis.start(runId);
    this.#port.open();
  }

  resetConnections(): void {
    for (const connection of [...this.#port.connections]) connection.reset("between");
  }

  operate(command: readonly string[]): void {
    if (!this.#port.isListening) return;
    const reply = this.#redis.execute(command);
    if (command[0] === "FLUSHALL") this.auditor.forgot();
    this.#world.trace.add(this.host.name, `operator: ${shown(command)} -> ${shownReply(reply)}`);
  }

  lockKey(name: string): string {
    return `holdfast:{${name}}`;
  }

  holderOf(name: string): string | undefined {
    if (!this.isUp) return undefined;
    const value = this.#redis.execute(["GET", this.lockKey(name)]);
    return typeof value === "string" ? value.slice(0, value.indexOf(":")) : undefined;
  }

  heldUntilNs(name: string, holderId: string): number {
    if (!this.isUp) return Number.POSITIVE_INFINITY;
    if (this.holderOf(name) !== holderId) return 0;
    const leftMs = Number(this.#redis.execute(["PTTL", this.lockKey(name)]));
    return this.#world.nowNs + nsOf(leftMs / this.host.clock.traits.rate);
  }

  leftovers(): readonly string[] {
    return this.#redis.keys().filter((key) => !MAY_STAY.test(key));
  }

  /** Scripts that take a lock answer `+` with a token; both kinds have the holder as first operand. */
  #audit([, script = "", keyCount, ...operands]: readonly string[], reply: unknown): void {
    if (reply instanceof Error) return;
    const holderId = operands[Number(keyCount)]?.slice(0, -1) ?? "";
    if (RELEASES.has(script)) this.auditor.released(holderId);
    else if (ACQUIRES.has(script) && String(reply).startsWith("+")) {
      this.auditor.granted(holderId);
    }
  }

  #nextRunId(): string {
    this.#startCount += 1;
    return `${this.host.name}-run-${this.#startCount}`.padEnd(RUN_ID_LENGTH, "0");
  }
}

/** By its hash or in full. */
function namesOf(...scripts: readonly Script[]): ReadonlySet<string> {
  return new Set(scripts.flatMap(({ text, sha }) => [text, sha]));
}

/** A command for a reader: the hash of a script shortened, its text left out. */
function shown([verb = "", ...operands]: readonly string[]): string {
  const isScript = verb === "eval" || verb === "evalsha";
  const words = isScript
    ? [operands[0]?.slice(0, 6).replaceAll(/\s/g, " "), ...operands.slice(1)]
    : operands;
  return [verb, ...words].join(" ");
}

function shownReply(reply: unknown): string {
  if (reply instanceof Error) return `error ${reply.message}`;
  return JSON.stringify(reply) ?? "undefined";
}
