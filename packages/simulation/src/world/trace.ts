import { createHash } from "node:crypto";
import { NS_PER_MS } from "./nanoseconds.ts";

/** Lines that are hashed at once. */
const LINES_PER_UPDATE = 256;
const HASH_DIGITS = 16;

/**
 * What happened, a line each, and a running hash of it: two runs of one seed are the same exactly when
 * their hashes are.
 */
export class Trace {
  readonly #hash = createHash("sha256");
  readonly #print: ((line: string) => void) | undefined;
  readonly #nowNs: () => number;
  #lines: string[] = [];

  /** `print` is given every line at once, for a reader. */
  constructor(nowNs: () => number, print?: (line: string) => void) {
    this.#nowNs = nowNs;
    this.#print = print;
  }

  add(who: string, what: string): void {
    const nowNs = this.#nowNs();
    this.#lines.push(`${nowNs} ${who} ${what}`);
    this.#print?.(`${(nowNs / NS_PER_MS).toFixed(6).padStart(14)} ${who.padEnd(9)} ${what}`);
    if (this.#lines.length >= LINES_PER_UPDATE) this.#update();
  }

  /** Ends the trace. To be called once. */
  digest(): string {
    this.#update();
    return this.#hash.digest("hex").slice(0, HASH_DIGITS);
  }

  #update(): void {
    this.#hash.update(this.#lines.join("\n"));
    this.#lines = [];
  }
}
