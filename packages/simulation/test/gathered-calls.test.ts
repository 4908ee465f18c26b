import { type Grant, LockError, type ManualClock, manualClock, type Refusal } from "@holdfast/core";
import { type RedisProvider, redis } from "@holdfast/redis";
import { BATCH } from "@holdfast/redis/scripts";
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  integer,
  oneof,
  record,
} from "fast-check";
import { expect, test } from "vitest";
import { SimulatedClient } from "../src/redis/simulated-client.ts";
import { SimulatedRedis } from "../src/redis/simulated-redis.ts";
import { DirectWire } from "./client/direct-wire.ts";

const RUNS = 1_000;
const BATCHES_MIN = 500;
const TTL_MS = 60_000;
const TIMEOUT_MS = 100;
/** In which the last are told: waiting for the connection, behind others, and for a reply. */
const END_MS = 5 * TIMEOUT_MS;
const HOLDER = /^(h\d+):$/;

type Step =
  | { readonly kind: "acquire"; readonly name: string; readonly abortsAfter: number | undefined }
  | { readonly kind: "release"; readonly which: number }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "cut" | "lose" | "heal" | "forget" };

const steps: Arbitrary<readonly Step[]> = array(
  oneof<Arbitrary<Step>[]>(
    record({
      kind: constant("acquire"),
      name: constantFrom("a", "b", "c", "d", "e", "f"),
      abortsAfter: oneof(constantFrom(undefined, undefined), integer({ min: 0, max: 30 })),
    }),
    record({
      kind: constant("acquire"),
      name: constantFrom("a", "b", "c"),
      abortsAfter: constant(undefined),
    }),
    record({ kind: constant("release"), which: integer({ min: 0, max: 99 }) }),
    record({ kind: constant("wait"), ms: constantFrom(0, 0, 0, 0, 1, TIMEOUT_MS / 2, TIMEOUT_MS) }),
    record({ kind: constantFrom("cut", "lose", "heal", "forget") }),
  ),
  { minLength: 10, maxLength: 120, size: "max" },
);

interface Asked {
  readonly name: string;
  readonly holderId: string;
  told?: Grant | Refusal | LockError;
  released?: string;
}

/** Keeps whose commands were executed. */
class WatchedWire extends DirectWire {
  readonly executed = new Set<string>();
  batchCount = 0;

  override execute(command: readonly string[], done: (reply: unknown) => void): void {
    super.execute(command, done);
    if (command[1] === BATCH.sha || command[1] === BATCH.text) this.batchCount += 1;
    for (const word of command) {
      const holderId = HOLDER.exec(word)?.[1];
      if (holderId !== undefined) this.executed.add(holderId);
    }
  }
}

/** One provider over a simulated server, and what it told whom. */
class Stage {
  readonly clock: ManualClock = manualClock();
  readonly asked: Asked[] = [];
  readonly wire: WatchedWire;
  readonly #server: SimulatedRedis;
  readonly #client: SimulatedClient;
  readonly #provider: RedisProvider;

  constructor(resend: boolean) {
    const { clock } = this;
    this.#server = new SimulatedRedis({ nowUs: () => clock.wallMs() * 1_000, runId: "run" });
    this.wire = new WatchedWire(this.#server);
    this.#client = new SimulatedClient({ wire: this.wire, clock, resend, offlineQueue: false });
    this.#provider = redis({ client: this.#client, clock, commandTimeoutMs: TIMEOUT_MS });
  }

  async do(step: Step): Promise<void> {
    switch (step.kind) {
      case "acquire":
        return this.#acquire(step.name, step.abortsAfter);
      case "release":
        return this.#release(step.which);
      case "wait":
        return this.clock.advance(step.ms);
      case "cut":
        return this.wire.cut();
      case "lose":
        this.wire.isLosingReplies = true;
        return;
      case "heal":
        return this.wire.heal();
      case "forget":
        this.#server.execute(["SCRIPT", "FLUSH"]);
    }
  }

  isHeldBy({ name, holderId }: Asked): boolean {
    const value = String(this.#server.execute(["GET", `holdfast:{${name}}`]) ?? "");
    return value.startsWith(`${holderId}:`);
  }

  async end(): Promise<void> {
    await this.#provider[Symbol.asyncDispose]();
    this.#client.disconnect();
  }

  #acquire(name: string, abortsAfter: number | undefined): void {
    const one: Asked = { name, holderId: `h${this.asked.length}` };
    this.asked.push(one);
    const controller = new AbortController();
    const { signal } = controller;
    const kind = { mode: "exclusive", renewable: true } as const;
    const asking = this.#provider.tryAcquire({ ...one, ...kind, ttlMs: TTL_MS, signal });
    void settle(one, asking);
    if (abortsAfter !== undefined) void abortAfter(controller, abortsAfter);
  }

  #release(which: number): void {
    const held = this.asked.filter(({ told, released }) => isGrant(told) && released === undefined);
    const one = held[which % held.length];
    if (one === undefined) return;
    one.released = "never told";
    const { name, holderId } = one;
    const claim = { name, holderId, ttlMs: TTL_MS, inDoubt: false };
    void this.#provider.release(claim).then((outcome) => {
      one.released = outcome;
    });
  }
}

async function settle(one: Asked, asking: PromiseLike<Grant | Refusal> | Grant | Refusal) {
  try {
    one.told = await asking;
  } catch (error) {
    if (!LockError.is(error)) throw error;
    one.told = error;
  }
}

async function abortAfter(controller: AbortController, microtasks: number): Promise<void> {
  for (let count = 0; count < microtasks; count += 1) await undefined;
  controller.abort();
}

function isGrant(told: Asked["told"]): told is Grant {
  return told !== undefined && "granted" in told && told.granted;
}

/** What is wrong with what it was told, in words. */
function problemOf(one: Asked, stage: Stage): string | undefined {
  const { told, released, holderId } = one;
  if (told === undefined || released === "never told") return `${holderId} was never told`;
  const isHeld = stage.isHeldBy(one);
  if (isGrant(told)) {
    return released === "released" && isHeld ? `${holderId} holds what it released` : undefined;
  }
  if ("granted" in told) return isHeld ? `${holderId} holds, and was refused` : undefined;
  if (told.outcome !== "not-applied") return undefined;
  if (isHeld) return `${holderId} holds, and was told that nothing was done`;
  const wasSent = stage.wire.executed.has(holderId);
  return told.code === "ABORTED" && wasSent ? `${holderId} was aborted, and sent` : undefined;
}

test("G-06 whatever is gathered, aborted, cut and lost, each is told its own outcome", async () => {
  let batchCount = 0;
  const property = asyncProperty(steps, boolean(), async (sequence, resend) => {
    const stage = new Stage(resend);
    await stage.clock.advance(1);
    for (const step of sequence) await stage.do(step);
    stage.wire.heal();
    await stage.clock.advance(END_MS);
    expect(stage.asked.map((one) => problemOf(one, stage)).filter(Boolean)).toEqual([]);
    const tokens = stage.asked.map(({ told }) => told).filter(isGrant);
    expect(new Set(tokens.map(({ fencingToken }) => fencingToken)).size).toBe(tokens.length);
    batchCount += stage.wire.batchCount;
    await stage.end();
  });
  await assert(property, { numRuns: RUNS });
  expect(batchCount).toBeGreaterThan(BATCHES_MIN);
}, 120_000);
