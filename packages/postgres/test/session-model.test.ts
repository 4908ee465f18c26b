import { manualClock } from "@holdfast/core";
import { expect, test } from "vitest";
import { HoldSession } from "../src/hold-session.ts";
import type { HoldSessions } from "../src/hold-sessions.ts";
import type { PostgresStatement } from "../src/postgres-client.ts";
import { postgresSettings } from "../src/postgres-options.ts";
import type { Answer } from "../src/session.ts";
import { type Turn, WaiterSession } from "../src/waiter-session.ts";
import { type Action, everySchedule, settled, type World } from "./every-schedule.ts";
import { NO_ROOM, type Outcome, SessionModel } from "./session-model.ts";

/** The keys of a statement over one or many. */
function keysOf({ name = "", values = [] }: PostgresStatement): readonly string[] {
  const [first] = values;
  return name.endsWith("_many") ? String(first).slice(1, -1).split(",") : [String(first)];
}

/** A session that holds locks, and a server with room for so many. */
class HoldWorld implements World {
  readonly model: SessionModel;
  readonly hold: HoldSession;
  readonly #calls: Action[];
  readonly #locks = new Map<string, number>();
  readonly #roomCount: number;
  #idleTimeoutMs = 1_000;
  #openCount = 0;

  constructor(roomCount: number, calls: (world: HoldWorld) => Action[]) {
    this.#roomCount = roomCount;
    this.model = new SessionModel({
      run: (statement) => this.#run(statement),
      waits: () => false,
    });
    const settings = postgresSettings({ url: "postgres://localhost", clock: manualClock() });
    const isNeeded = (): boolean => true;
    this.hold = new HoldSession(this.model.session, settings, { validMs: 1_000, isNeeded });
    this.#calls = calls(this);
  }

  /** To let its locks live for longer. */
  raise(validMs: number): Action {
    return this.#call(`raise to ${validMs}`, () => this.hold.raise(validMs));
  }

  /** To prove it, from after the question. */
  prove(): Action {
    return this.#call("prove", async () => {
      const askedAtMs = this.model.nowMs;
      expect(await this.hold.prove()).toBeGreaterThan(askedAtMs);
    });
  }

  /** To take a lock and, where there was room for it, to give it back later. */
  take(key: string): Action {
    const taken = (): Promise<boolean> =>
      new Promise((resolve) => {
        let toldCount = 0;
        const told = (isGranted: boolean): void => {
          toldCount += 1;
          expect(toldCount).toBe(1);
          resolve(isGranted);
        };
        const answered = (position: string | null): void => told(position !== null);
        const failed = (): void => told(false);
        this.hold.try({ key, isCancelled: false, isSent: false, answered, failed });
      });
    const giveBack = async (): Promise<void> => expect(await this.hold.unlock(key)).toBe(true);
    return this.#call(`take ${key}`, async () => {
      const isGranted = await taken();
      expect(this.#locks.get(key) ?? 0).toBe(Number(isGranted));
      if (isGranted) this.#calls.push(this.#call(`give back ${key}`, giveBack));
    });
  }

  actions(): readonly Action[] {
    const [call] = this.#calls;
    const { model } = this;
    return [
      ...(call === undefined ? [] : [{ name: call.name, run: () => this.#calls.shift()?.run() }]),
      ...(model.canRun ? [{ name: "run", run: () => model.runNext() }] : []),
      ...(model.canAnswer ? [{ name: "answer", run: () => model.answerNext() }] : []),
    ];
  }

  check(): void {
    // G-01: the server keeps it for at least as long as holders count on.
    expect(this.hold.validMs).toBeLessThanOrEqual(this.#idleTimeoutMs);
    expect(Math.max(0, ...this.#locks.values())).toBeLessThanOrEqual(1);
  }

  finish(): void {
    expect(this.#openCount).toBe(0);
    expect([...this.#locks.values()].filter((count) => count > 0)).toEqual([]);
    expect(this.hold.validMs).toBe(this.#idleTimeoutMs);
  }

  #call(name: string, work: () => Promise<void>): Action {
    const run = (): void => {
      this.#openCount += 1;
      void work().then(() => {
        this.#openCount -= 1;
      });
    };
    return { name, run };
  }

  #run(statement: PostgresStatement): Outcome {
    const { name = "", values = [] } = statement;
    if (name.startsWith("holdfast_try")) return this.#take(keysOf(statement));
    if (name.startsWith("holdfast_unlock")) return keysOf(statement).map((key) => [this.#end(key)]);
    if (name === "") this.#idleTimeoutMs = Number(values[0]);
    return [[""]];
  }

  /** An error in the middle leaves the locks before it. */
  #take(keys: readonly string[]): Outcome {
    for (const key of keys) {
      const heldCount = [...this.#locks.values()].reduce((sum, count) => sum + count, 0);
      if (heldCount >= this.#roomCount) return NO_ROOM;
      this.#locks.set(key, (this.#locks.get(key) ?? 0) + 1);
    }
    return keys.map(() => ["64"]);
  }

  #end(key: string): string {
    const count = this.#locks.get(key) ?? 0;
    this.#locks.set(key, Math.max(0, count - 1));
    return String(count > 0);
  }
}

test("G-01 a shared session's ttl, in every order of raises and answers", async () => {
  const begin = (...ttls: number[]) => {
    return () => new HoldWorld(9, (world) => [...ttls.map((ms) => world.raise(ms)), world.prove()]);
  };
  for (const ttls of [
    [64_000, 4_000, 32_000],
    [2_000, 128_000, 4_000],
    [8_000, 8_000, 1_000],
  ]) {
    expect(await everySchedule(begin(...ttls))).toBeGreaterThan(5);
  }
});

test("G-05 G-09 locks of a session, in every order of calls and answers, with room for two", async () => {
  const begin = (): World =>
    new HoldWorld(2, (world) => [...[world.take("1"), world.take("2"), world.take("3")]]);
  expect(await everySchedule(begin)).toBeGreaterThan(100);
});

/** How often the pause between two cancels passes; without a bound it could for ever. */
const PAUSE_COUNT_MAX = 2;
const PAUSE_MS = 20;

interface Cancel {
  hasArrived: boolean;
  readonly answered: () => void;
}

/** A wait for a lock that another has, its caller who leaves, and cancels on their way. */
class WaitWorld implements World {
  readonly #clock = manualClock();
  readonly #model: SessionModel;
  readonly #waiter: WaiterSession;
  readonly #cancels: Cancel[] = [];
  #holder: "other" | "nobody" | "us" = "other";
  #isOver = false;
  #pauseCount = 0;
  #strayCount = 0;
  #turn: Turn | undefined;

  constructor() {
    this.#model = new SessionModel({
      run: ({ name = "" }) => {
        this.#holder = name.startsWith("holdfast_wait") ? "us" : this.#withoutUs();
        return [[null, null, "64"]];
      },
      waits: ({ name = "" }) => name.startsWith("holdfast_wait") && this.#holder === "other",
    });
    const query = (): Promise<Answer> =>
      new Promise((resolve) => {
        const answered = (): void => resolve({ result: { rows: [] }, sentAtMs: 0 });
        this.#cancels.push({ hasArrived: false, answered });
      });
    const sessions = { control: async () => ({ query }) } as unknown as HoldSessions;
    const host = { clock: this.#clock, sessions, commandTimeoutMs: 60_000, fencing: true };
    this.#waiter = new WaiterSession(this.#model.session, { ...host, freed: () => undefined });
    const isOver = (): boolean => this.#isOver;
    void this.#waiter.turn({ key: "1", classMs: 60_000, sliceMs: 60_000, isOver }).then((turn) => {
      this.#turn = turn;
      this.#strayCount = this.#cancels.filter(({ hasArrived }) => !hasArrived).length;
    });
  }

  actions(): readonly Action[] {
    const model = this.#model;
    const isPausing =
      this.#isOver && this.#turn === undefined && this.#pauseCount < PAUSE_COUNT_MAX;
    return [
      ...(model.canRun ? [{ name: "run", run: () => model.runNext() }] : []),
      ...(model.canAnswer ? [{ name: "answer", run: () => model.answerNext() }] : []),
      ...(this.#holder === "other" ? [{ name: "other gives back", run: () => this.#free() }] : []),
      ...(this.#isOver ? [] : [{ name: "leave", run: () => this.#leave() }]),
      ...this.#cancels.map((cancel) => this.#step(cancel)),
      ...(isPausing ? [{ name: "pause", run: () => this.#pause() }] : []),
    ];
  }

  check(): void {
    // A cancel that arrives after the turn would end whatever the session does next.
    expect(this.#strayCount).toBe(0);
    if (this.#turn?.status === "granted") expect(this.#holder).toBe("us");
    if (this.#turn?.status === "not-granted") expect(this.#holder).not.toBe("us");
  }

  /** Left alone, it comes to its end. */
  async finish(): Promise<void> {
    for (let count = 0; this.#turn === undefined && count < 10; count += 1) {
      await this.#clock.advance(PAUSE_MS);
      await settled();
      for (const action of this.actions()) action.run();
      await settled();
    }
    expect(this.#turn?.status).toBeDefined();
    expect(this.#model.isBusy).toBe(false);
  }

  #withoutUs(): "other" | "nobody" {
    return this.#holder === "other" ? "other" : "nobody";
  }

  #free(): void {
    this.#holder = "nobody";
  }

  #leave(): void {
    this.#isOver = true;
    this.#waiter.cancel();
  }

  #pause(): void {
    this.#pauseCount += 1;
    void this.#clock.advance(PAUSE_MS);
  }

  #step(cancel: Cancel): Action {
    if (!cancel.hasArrived) {
      const run = (): void => {
        cancel.hasArrived = true;
        this.#model.cancel();
      };
      return { name: "a cancel arrives", run };
    }
    const run = (): void => {
      this.#cancels.splice(this.#cancels.indexOf(cancel), 1);
      cancel.answered();
    };
    return { name: "a cancel is answered", run };
  }
}

test("G-07 G-09 a wait and its cancels, in every order of arrivals and answers", async () => {
  expect(await everySchedule(() => new WaitWorld())).toBeGreaterThan(100);
});
