import { once } from "node:events";
import { createLocks, type LockError } from "@holdfast/core";
import { etcd } from "@holdfast/etcd";
import type { Settings } from "./settings.ts";

const TTL_MS = 8_000;

/** One node of a service: leads, or waits in the queue of those who want to. */
export class Node {
  readonly #name: string;
  readonly #hosts: string;
  readonly #settings: Settings;
  readonly #retiring = new AbortController();
  readonly #led: (() => void)[] = [];
  readonly #told: ((code: string) => void)[] = [];
  #fencingToken = 0n;
  #resign: (() => void) | undefined;

  constructor(name: string, hosts: string, settings: Settings) {
    this.#name = name;
    this.#hosts = hosts;
    this.#settings = settings;
  }

  /** Campaigns again and again, until it retires. Who lost the lead stands at the end of the queue. */
  async run(): Promise<void> {
    await using locks = createLocks({ provider: etcd({ hosts: this.#hosts }), ttlMs: TTL_MS });
    const { signal } = this.#retiring;
    while (!signal.aborted) {
      try {
        await locks.using("leader", (lease) => this.#lead(lease), { signal });
      } catch (error) {
        const { code } = error as LockError;
        for (const tell of this.#told.splice(0)) tell(code);
      }
    }
  }

  /** Leads until it resigns, or is told that it does not lead any more. */
  async #lead(lease: { readonly signal: AbortSignal; readonly fencingToken: bigint }) {
    this.#fencingToken = lease.fencingToken;
    console.log(`node ${this.#name} leads`);
    for (const tell of this.#led.splice(0)) tell();
    const resigned = new Promise<void>((resolve) => {
      this.#resign = resolve;
    });
    if (!lease.signal.aborted) await Promise.race([once(lease.signal, "abort"), resigned]);
  }

  /** Resolves when it leads the next time. */
  leads(): Promise<void> {
    return new Promise((resolve) => this.#led.push(resolve));
  }

  /** Resolves when its lead or its campaign ends with an error, with the code. */
  isTold(): Promise<string> {
    return new Promise((resolve) => this.#told.push(resolve));
  }

  /** What only a leader should do; the settings check the token, since nothing else can. */
  write(): void {
    console.log(`node ${this.#name} writes: ${this.#settings.write(this.#fencingToken)}`);
  }

  resign(): void {
    this.#resign?.();
  }

  /** Does not campaign any more. */
  retire(): void {
    this.#retiring.abort();
    this.resign();
  }
}
