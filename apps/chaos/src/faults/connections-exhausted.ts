import { setTimeout as sleep } from "node:timers/promises";
import { type PostgresServer, until } from "@holdfast/test-servers";
import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { onlyPostgres, onPostgres } from "./postgres-only.ts";

type Session = Awaited<ReturnType<PostgresServer["connect"]>>;

/** SQLSTATE too_many_connections. */
const NONE_LEFT = "53300";
/** More than any server of ours allows. */
const SESSION_COUNT_MAX = 1_000;
const AGAIN_MS = 2;
/** A busy machine takes many milliseconds for each of a hundred. */
const EXHAUSTED_MS_MAX = 60_000;

/** Who needs a new session is refused; those that have one go on. */
export const connectionsExhausted: Fault = {
  id: "connections-exhausted",
  about: "somebody takes all connections that are left (53300)",
  side: "backend",
  appliesTo: onPostgres,
  async inflict(scene) {
    const { random, signal, ttlMsMax, note } = scene;
    const taker = new Taker(onlyPostgres(scene).server);
    await breakFor(scene, {
      lastMs: random.between(0.1, 1.5) * ttlMsMax,
      begin() {
        const isOver = (): boolean => taker.wasRefused || taker.hasFailed || signal.aborted;
        return until("no connection is left", isOver, EXHAUSTED_MS_MAX);
      },
      end: () => taker.end(),
    });
    note(`${taker.count} connections`);
  },
};

/** Takes every session of a server, also those that others give back, until it ends. */
class Taker {
  readonly #server: PostgresServer;
  readonly #taken: Session[] = [];
  readonly #taking: Promise<void>;
  #wasRefused = false;
  #hasFailed = false;
  #isOver = false;

  constructor(server: PostgresServer) {
    this.#server = server;
    this.#taking = this.#takeAll();
    // Told by the end.
    this.#taking.catch(() => {
      this.#hasFailed = true;
    });
  }

  /** Whether there was a moment without one more. */
  get wasRefused(): boolean {
    return this.#wasRefused;
  }

  /** Whether it takes no more, for a reason that `end` rejects with. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  get count(): number {
    return this.#taken.length;
  }

  async end(): Promise<void> {
    this.#isOver = true;
    try {
      await this.#taking;
    } finally {
      await Promise.all(this.#taken.map((session) => session.end()));
    }
  }

  async #takeAll(): Promise<void> {
    while (!this.#isOver && this.#taken.length < SESSION_COUNT_MAX) {
      try {
        this.#taken.push(await this.#server.connect());
      } catch (error) {
        if ((error as { readonly code?: string }).code !== NONE_LEFT) throw error;
        this.#wasRefused = true;
        await sleep(AGAIN_MS);
      }
    }
  }
}
