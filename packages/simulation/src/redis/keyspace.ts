import { WRONG_TYPE } from "./reply-error.ts";
import { UndoLog } from "./undo-log.ts";

/** A key's value and expiry. Never changed: a write makes a new one, so that the old can be kept. */
interface Entry {
  /** Undefined for a value that is not a string. */
  readonly value: string | undefined;
  /** On the server's clock; infinite for none. */
  readonly expiresAtMs: number;
}

const NEVER = Number.POSITIVE_INFINITY;
/** What an append-only file that is flushed every second may not hold yet. */
const UNFLUSHED_US = 1_000_000;

/**
 * The keys of a simulated server, with expiry by its wall clock as in Redis: a key still exists in the
 * millisecond in which it expires, is gone in the next, and a clock that is set takes expiries along.
 */
export class Keyspace {
  readonly #entries = new Map<string, Entry>();
  readonly #unflushed = new UndoLog<Entry>(UNFLUSHED_US);
  #nowUs = 0;
  #nowMs = 0;

  /** The server's clock as it was when the present command began: a script sees one instant. */
  get nowUs(): number {
    return this.#nowUs;
  }

  /** Microseconds since the epoch, of either direction. */
  setClock(nowUs: number): void {
    this.#nowUs = nowUs;
    this.#nowMs = Math.floor(nowUs / 1_000);
  }

  /** As MGET: undefined when absent or not a string. */
  peek(key: string): string | undefined {
    return this.#live(key)?.value;
  }

  /** As GET: undefined when absent. Throws WRONGTYPE when it is not a string. */
  get(key: string): string | undefined {
    const entry = this.#live(key);
    if (entry !== undefined && entry.value === undefined) throw WRONG_TYPE;
    return entry?.value;
  }

  has(key: string): boolean {
    return this.#live(key) !== undefined;
  }

  /** As SET, with PX when a ttl is given; without one an earlier expiry is gone. */
  set(key: string, value: string | undefined, ttlMs: number = NEVER): void {
    this.#write(key, { value, expiresAtMs: this.#nowMs + ttlMs });
  }

  /** As PEXPIRE with a positive ttl: false when absent. */
  expire(key: string, ttlMs: number): boolean {
    const entry = this.#live(key);
    if (entry === undefined) return false;
    this.#write(key, { value: entry.value, expiresAtMs: this.#nowMs + ttlMs });
    return true;
  }

  /** As PTTL: -2 when absent, -1 without expiry. */
  remainingMs(key: string): number {
    const entry = this.#live(key);
    if (entry === undefined) return -2;
    return entry.expiresAtMs === NEVER ? -1 : entry.expiresAtMs - this.#nowMs;
  }

  /** As DEL: false when absent. */
  delete(key: string): boolean {
    const entry = this.#live(key);
    if (entry === undefined) return false;
    this.#unflushed.add(key, entry, this.#nowUs);
    this.#entries.delete(key);
    return true;
  }

  /** The keys that exist, in the order of their making. */
  keys(): readonly string[] {
    return [...this.#entries.keys()].filter((key) => this.has(key));
  }

  clear(): void {
    for (const key of this.keys()) this.delete(key);
  }

  /** All keys are gone, for good. */
  loseEverything(): void {
    this.#entries.clear();
    this.#unflushed.clear();
  }

  /** The writes of the last second never happened. */
  loseLastSecond(): void {
    this.#unflushed.undo(this.#nowUs, (key, before) => {
      if (before === undefined) this.#entries.delete(key);
      else this.#entries.set(key, before);
    });
  }

  /** Everything written is on disk. */
  loseNothing(): void {
    this.#unflushed.clear();
  }

  #write(key: string, entry: Entry): void {
    this.#unflushed.add(key, this.#entries.get(key), this.#nowUs);
    this.#entries.set(key, entry);
  }

  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.expiresAtMs >= this.#nowMs) return entry;
    this.#unflushed.add(key, entry, this.#nowUs);
    this.#entries.delete(key);
    return undefined;
  }
}
