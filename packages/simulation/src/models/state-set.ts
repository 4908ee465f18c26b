/** States of one chunk: memory grows by chunks, so nothing large is ever copied. */
const CHUNK_BITS = 16;
const CHUNK_STATES = 1 << CHUNK_BITS;
const SLOTS_FIRST = 1 << 16;
/** Part of the hash table that may be taken before it doubles. */
const LOAD_MAX = 0.5;
/** A field is a byte below 16; eight of them are stored in one word. */
const FIELDS_PER_WORD = 8;
const FIELD_BITS = 0x0f_0f_0f_0f;

/** A state as bytes and as words over the same memory. */
export interface StateBuffer {
  readonly fields: Uint8Array;
  readonly words: Uint32Array;
}

export function stateBuffer(fieldCount: number): StateBuffer {
  const fields = new Uint8Array(Math.ceil(fieldCount / FIELDS_PER_WORD) * FIELDS_PER_WORD);
  return { fields, words: new Uint32Array(fields.buffer) };
}

/**
 * A set of states, exact and numbered in the order they came. A state is an array of fields from 0 to
 * 15; two states are one when all fields are equal. `add` throws a RangeError past `statesMax` states or for a
 * larger field, so that a model which outgrows its bounds ends instead of taking the machine's memory.
 */
export class StateSet {
  readonly #statesMax: number;
  /** The state that is looked for, packed. */
  readonly #packed: Uint32Array;
  readonly #chunks: Uint32Array[] = [];
  /** Open addressing: number of a state plus one, 0 for an empty slot. */
  #slots = new Uint32Array(SLOTS_FIRST);
  #size = 0;

  constructor(fieldCount: number, statesMax: number) {
    this.#statesMax = statesMax;
    this.#packed = new Uint32Array(Math.ceil(fieldCount / FIELDS_PER_WORD));
  }

  get size(): number {
    return this.#size;
  }

  /** The state's number when it is new, -1 when it was there. */
  add(state: StateBuffer): number {
    this.#pack(state.words);
    let slot = this.#findSlot(this.#packed, 0);
    if (this.#slots[slot] !== 0) return -1;
    if (this.#size >= this.#statesMax) {
      throw new RangeError(
        `more than ${this.#statesMax} states: the model is not bounded as meant`,
      );
    }
    if (this.#size >= this.#slots.length * LOAD_MAX) {
      this.#grow();
      slot = this.#findSlot(this.#packed, 0);
    }
    const number = this.#size;
    this.#chunkOf(number).set(this.#packed, this.#offsetOf(number));
    this.#size += 1;
    this.#slots[slot] = number + 1;
    return number;
  }

  /** Writes the state of this number into `state`. */
  read(number: number, { words }: StateBuffer): void {
    const chunk = this.#chunkOf(number);
    const offset = this.#offsetOf(number);
    for (let at = 0; at < this.#packed.length; at += 1) {
      const word = chunk[offset + at] as number;
      words[2 * at] = unpackedHalf(word & 0xff_ff);
      words[2 * at + 1] = unpackedHalf(word >>> 16);
    }
  }

  #pack(words: Uint32Array): void {
    const packed = this.#packed;
    let seen = 0;
    for (let at = 0; at < packed.length; at += 1) {
      const first = words[2 * at] as number;
      const second = words[2 * at + 1] as number;
      seen |= first | second;
      packed[at] = packedHalf(first) | (packedHalf(second) << 16);
    }
    if ((seen & ~FIELD_BITS) !== 0) throw new RangeError("a field is larger than 15");
  }

  /** The slot of an equal state, or the empty one where it belongs. */
  #findSlot(words: Uint32Array, offset: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash(words, offset, this.#packed.length) & mask;
    for (let tries = 0; tries <= mask; tries += 1) {
      const taken = slots[slot] as number;
      if (taken === 0 || this.#isEqual(taken - 1, words, offset)) return slot;
      slot = (slot + 1) & mask;
    }
    throw new RangeError("the table of states is full");
  }

  #isEqual(number: number, words: Uint32Array, offset: number): boolean {
    const chunk = this.#chunkOf(number);
    const start = this.#offsetOf(number);
    for (let at = 0; at < this.#packed.length; at += 1) {
      if (chunk[start + at] !== words[offset + at]) return false;
    }
    return true;
  }

  #grow(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let number = 0; number < this.#size; number += 1) {
      const slot = this.#findSlot(this.#chunkOf(number), this.#offsetOf(number));
      this.#slots[slot] = number + 1;
    }
  }

  #chunkOf(number: number): Uint32Array {
    const index = number >>> CHUNK_BITS;
    let chunk = this.#chunks[index];
    if (chunk === undefined) {
      chunk = new Uint32Array(CHUNK_STATES * this.#packed.length);
      this.#chunks[index] = chunk;
    }
    return chunk;
  }

  #offsetOf(number: number): number {
    return (number & (CHUNK_STATES - 1)) * this.#packed.length;
  }
}

/** Four bytes below 16 as four times four bits. */
function packedHalf(bytes: number): number {
  const pairs = (bytes | (bytes >>> 4)) & 0x00_ff_00_ff;
  return (pairs | (pairs >>> 8)) & 0xff_ff;
}

function unpackedHalf(half: number): number {
  const pairs = (half | (half << 8)) & 0x00_ff_00_ff;
  return (pairs | (pairs << 4)) & FIELD_BITS;
}

/** The mixing steps of MurmurHash3 (Appleby, public domain). */
function hash(words: Uint32Array, offset: number, count: number): number {
  let mixed = 0;
  for (let at = offset; at < offset + count; at += 1) {
    let word = Math.imul(words[at] as number, 0xcc_9e_2d_51);
    word = (word << 15) | (word >>> 17);
    mixed ^= Math.imul(word, 0x1b_87_35_93);
    mixed = (mixed << 13) | (mixed >>> 19);
    mixed = (Math.imul(mixed, 5) + 0xe6_54_6b_64) | 0;
  }
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85_eb_ca_6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2_b2_ae_35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
