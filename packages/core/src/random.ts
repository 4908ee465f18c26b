/** The only door to randomness in the libraries, so that a seed can replay a run. */
export interface Random {
  /** A new holderId: 22 characters of base64url, 132 bits nobody can guess. */
  holderId(): string;
  /** Uniform in [0, 1), for jitter only. */
  fraction(): number;
}

const HOLDER_ID_LENGTH = 22;
/** An id is a part of its text, all of which stays in memory for as long as any of its ids. */
const IDS_PER_TEXT = 8;
/** 33 bytes are 44 characters of base64url: two ids. */
const BYTES_PER_TEXT = (IDS_PER_TEXT / 2) * 33;
/** Texts made from one fill, which costs microseconds. */
const TEXTS_PER_FILL = 128;

class SystemRandom implements Random {
  readonly #bytes = Buffer.allocUnsafeSlow(TEXTS_PER_FILL * BYTES_PER_TEXT);
  #byteAt = this.#bytes.length;
  #text = "";
  #textAt = 0;

  holderId(): string {
    if (this.#textAt >= this.#text.length) this.#nextText();
    const id = this.#text.slice(this.#textAt, this.#textAt + HOLDER_ID_LENGTH);
    this.#textAt += HOLDER_ID_LENGTH;
    return id;
  }

  fraction(): number {
    return Math.random();
  }

  #nextText(): void {
    if (this.#byteAt >= this.#bytes.length) {
      // Loaded with the first id: importing it would cost as much as the rest of the package.
      process.getBuiltinModule("node:crypto").randomFillSync(this.#bytes);
      this.#byteAt = 0;
    }
    const end = this.#byteAt + BYTES_PER_TEXT;
    this.#text = this.#bytes.toString("base64url", this.#byteAt, end);
    this.#byteAt = end;
    this.#textAt = 0;
  }
}

/** The machine's own randomness; holderIds come from its cryptographic generator. */
export const systemRandom: Random = new SystemRandom();
