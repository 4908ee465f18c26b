import { LockError } from "@holdfast/core";
import type { ConnectionBudget } from "./connection-budget.ts";
import { HoldSession } from "./hold-session.ts";
import type { PostgresSettings } from "./postgres-options.ts";
import type { Session } from "./session.ts";

/** Most sessions that hold locks at once, one per ttl class. */
const CLASS_COUNT_MAX = 8;
/** The class of the session that is opened for anything but a lock: that of the default ttl. */
const CONTROL_CLASS_MS = 16_000;

interface Host {
  readonly settings: PostgresSettings;
  readonly budget: ConnectionBudget;
  /** Something leans on a session although it holds nothing. */
  isNeeded(): boolean;
  /** Called with every session that is opened, before it is used. */
  opened(session: Session, validMs: () => number): void;
}

/** The sessions that hold locks, opened on first use. */
export class HoldSessions {
  readonly #host: Host;
  readonly #countMax: number;
  readonly #byClass = new Map<number, HoldSession>();
  readonly #opening = new Map<number, Promise<HoldSession>>();
  /** Silent ones that still hold something, the oldest first. */
  readonly #retired = new Set<HoldSession>();
  #isClosed = false;

  constructor(host: Host) {
    this.#host = host;
    const half = Math.floor(host.settings.connectionCountMax / 2);
    this.#countMax = Math.min(CLASS_COUNT_MAX, Math.max(1, half));
  }

  /** True when the budget need not keep room for the first. */
  get isOpen(): boolean {
    return this.#live().length > 0 || this.#opening.size > 0;
  }

  /** The session of a class, where it is usable now. */
  ready(classMs: number): HoldSession | undefined {
    const hold = this.#byClass.get(classMs);
    if (hold === undefined || hold.session.isEnded || hold.isSilent) return undefined;
    return hold;
  }

  /** The session of a class. Rejects with a LockError, outcome `not-applied`. */
  async get(classMs: number): Promise<HoldSession> {
    const ready = this.ready(classMs);
    if (ready !== undefined) return ready;
    if (this.#isClosed) throw new LockError("PROVIDER_CLOSED", "postgres: the provider is closed");
    this.#putAway();
    const opening = this.#opening.get(classMs);
    if (opening !== undefined) return await opening;
    if (this.#mayOpen()) return await this.#open(classMs);
    const shared = this.#shared(classMs);
    if (shared === undefined) return await this.#next(classMs);
    if (shared.validMs < classMs) await this.#raise(shared, classMs);
    return shared;
  }

  /** Any that is open and answers. */
  any(): HoldSession | undefined {
    return this.#isClosed ? undefined : this.#live().find((hold) => !hold.isSilent);
  }

  /** Any session, for a statement that is about no lock of ours. */
  control(): Promise<HoldSession> {
    const any = this.any();
    return any === undefined ? this.get(CONTROL_CLASS_MS) : Promise.resolve(any);
  }

  close(): void {
    this.#isClosed = true;
    for (const hold of [...this.#byClass.values(), ...this.#retired]) hold.stop();
  }

  #live(): HoldSession[] {
    return [...this.#byClass.values()].filter(({ session }) => !session.isEnded);
  }

  /** What is ended is forgotten; what is silent holds on to its locks, and takes no new ones. */
  #putAway(): void {
    for (const old of this.#retired) if (old.session.isEnded) this.#retired.delete(old);
    for (const [classMs, hold] of this.#byClass) {
      if (!hold.session.isEnded && !hold.isSilent) continue;
      this.#byClass.delete(classMs);
      if (hold.session.isEnded) continue;
      hold.retire();
      this.#retired.add(hold);
    }
  }

  #mayOpen(): boolean {
    const count = this.#live().length + this.#opening.size;
    return count < this.#countMax && this.#host.budget.left > 0;
  }

  /** Where there may be no further session: the next longer class, else the longest there is. */
  #shared(classMs: number): HoldSession | undefined {
    const live = this.#live().sort((one, other) => one.validMs - other.validMs);
    return live.find(({ validMs }) => validMs >= classMs) ?? live.at(-1);
  }

  /** Without any, the first that is opening is there for all; without that, one has to make room. */
  async #next(classMs: number): Promise<HoldSession> {
    const [opening] = this.#opening.values();
    if (opening === undefined) {
      this.#makeRoom();
      return await this.#open(classMs);
    }
    await opening;
    return await this.get(classMs);
  }

  /** Without any usable session, the oldest silent one has to go, with what it holds. */
  #makeRoom(): void {
    for (const hold of this.#retired) {
      this.#retired.delete(hold);
      if (hold.session.isEnded) continue;
      hold.session.destroy("silent, and its connection is needed");
      return;
    }
  }

  async #raise(hold: HoldSession, classMs: number): Promise<void> {
    try {
      await hold.raise(classMs);
    } catch {
      const words = "postgres: the session that locks share did not take another ttl";
      throw new LockError("BACKEND_UNAVAILABLE", words);
    }
  }

  #open(classMs: number): Promise<HoldSession> {
    const opening = this.#opened(classMs).finally(() => this.#opening.delete(classMs));
    this.#opening.set(classMs, opening);
    return opening;
  }

  async #opened(classMs: number): Promise<HoldSession> {
    const { budget, settings, isNeeded, opened } = this.#host;
    const session = await budget.open(classMs);
    const hold = new HoldSession(session, settings, { validMs: classMs, isNeeded });
    opened(session, () => hold.validMs);
    if (this.#isClosed) {
      hold.stop();
      await session.close();
      throw new LockError("PROVIDER_CLOSED", "postgres: the provider is closed");
    }
    this.#byClass.set(classMs, hold);
    return hold;
  }
}
