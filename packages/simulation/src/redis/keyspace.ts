import { WRONG_TYPE } from "./reply-error.ts";
import { UndoLog } from "./undo-log.ts";

/** A value that is a hash, or a sorted set without its order. */
type Fields = ReadonlyMap<string, string>;
type Scores = ReadonlyMap<string, number>;
type Collection =
  | { readonly type: "hash"; readonly items: Fields }
  | { readonly type: "zset"; readonly items: Scores };

/** A key's value and expiry. Never changed: a write makes a new one, so that the old can be kept. */
interface Entry {
  /** Undefined for a value that is of another kind than these: there are no others that we read. */
  readonly value: string | Collection | undefined;
  /** On the server's clock; infinite for none. */
  readonly expiresAtMs: number;
}

const NO_FIELDS: Fields = new Map();
const NO_SCORES: Scores = new Map();
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
  readonly #publish: (channel: string, message: string) => void;
  #nowUs = 0;
  #nowMs = 0;

  /** `publish` is told what scripts publish, in their order. */
  constructor(publish: (channel: string, message: string) => void) {
    this.#publish = publish;
  }

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
    const value = this.#live(key)?.value;
    return typeof value === "string" ? value : undefined;
  }

  /** As GET: undefined when absent. Throws WRONGTYPE when it is not a string. */
  get(key: string): string | undefined {
    const entry = this.#live(key);
    if (entry === undefined) return undefined;
    if (typeof entry.value !== "string") throw WRONG_TYPE;
    return entry.value;
  }

  /** As HGETALL: empty when absent. Throws WRONGTYPE when it is not a hash. */
  fields(key: string): Fields {
    const value = this.#collection(key);
    if (value === undefined) return NO_FIELDS;
    if (value.type !== "hash") throw WRONG_TYPE;
    return value.items;
  }

  /** As ZRANGE of all with its scores, without their order: empty when absent. Throws WRONGTYPE. */
  scores(key: string): Scores {
    const value = this.#collection(key);
    if (value === undefined) return NO_SCORES;
    if (value.type !== "zset") throw WRONG_TYPE;
    return value.items;
  }

  /** As HSET or HDEL: the expiry stays, and a hash without fields is gone. */
  setFields(key: string, items: Fields): void {
    this.#setCollection(key, { type: "hash", items });
  }

  /** As ZADD or ZREM: the expiry stays, and a set without members is gone. */
  setScores(key: string, items: Scores): void {
    this.#setCollection(key, { type: "zset", items });
  }

  has(key: string): boolean {
    return this.#live(key) !== undefined;
  }

  /** Something of a kind that nothing of ours is. */
  isForeign(key: string): boolean {
    const entry = this.#live(key);
    return entry !== undefined && entry.value === undefined;
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

  /** As PUBLISH. */
  publish(channel: string, message: string): void {
    this.#publish(channel, message);
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

  #collection(key: string): Collection | undefined {
    const entry = this.#live(key);
    if (entry === undefined) return undefined;
    if (typeof entry.value !== "object") throw WRONG_TYPE;
    return entry.value;
  }

  #setCollection(key: string, value: Collection): void {
    const expiresAtMs = this.#live(key)?.expiresAtMs ?? NEVER;
    if (value.items.size === 0) this.delete(key);
    else this.#write(key, { value, expiresAtMs });
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
