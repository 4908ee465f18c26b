/** The only door to randomness in the libraries, so that a seed can replay a run. */
export interface Random {
  /** A new holderId: 22 characters of base64url, 132 bits nobody can guess. */
  holderId(): string;
  /** Uniform in [0, 1), for jitter only. */
  fraction(): number;
}

const HOLDER_ID_LENGTH = 22;
/** Ids made from one fill: a fill costs microseconds, a slice of it some nanoseconds. */
const IDS_PER_FILL = 1_024;

class SystemRandom implements Random {
  /** 33 bytes are 44 characters of base64url: two ids. */
  readonly #bytes = Buffer.allocUnsafe((IDS_PER_FILL / 2) * 33);
  #text = "";
  #at = 0;

  holderId(): string {
    if (this.#at >= this.#text.length) {
      // Loaded with the first id: importing it would cost as much as the rest of the package.
      const crypto = process.getBuiltinModule("node:crypto");
      this.#text = crypto.randomFillSync(this.#bytes).toString("base64url");
      this.#at = 0;
    }
    const id = this.#text.slice(this.#at, this.#at + HOLDER_ID_LENGTH);
    this.#at += HOLDER_ID_LENGTH;
    return id;
  }

  fraction(): number {
    return Math.random();
  }
}

/** The machine's own randomness; holderIds come from its cryptographic generator. */
export const systemRandom: Random = new SystemRandom();
