import type { ResourceReply, ResourceRequest } from "./resource-message.ts";

interface Content {
  token: bigint;
  value: number;
  writeCount: number;
  refusedCount: number;
}

/** What became of the writes to one name. */
export interface WriteTally {
  readonly name: string;
  readonly accepted: number;
  readonly refused: number;
  /** Writes that were accepted, and of which the value shows nothing: another read before them, and wrote after. */
  readonly lost: number;
}

/**
 * What the locks guard: a number for each name, to which holders add by reading and writing. It keeps the
 * largest token that it has seen and refuses smaller ones, for reads and writes alike.
 */
export class FencedResource {
  readonly #contents = new Map<string, Content>();

  apply({ id, name, token, value }: ResourceRequest): ResourceReply {
    const content = this.#contentOf(name);
    const given = token === undefined ? content.token : BigInt(token);
    const isWrite = value !== undefined;
    if (given < content.token) {
      if (isWrite) content.refusedCount += 1;
      return { id, isAccepted: false, value: content.value };
    }
    content.token = given;
    if (isWrite) {
      content.value = value;
      content.writeCount += 1;
    }
    return { id, isAccepted: true, value: content.value };
  }

  tallies(): readonly WriteTally[] {
    return [...this.#contents].map(([name, { value, writeCount, refusedCount }]) => ({
      name,
      accepted: writeCount,
      refused: refusedCount,
      lost: writeCount - value,
    }));
  }

  #contentOf(name: string): Content {
    const known = this.#contents.get(name);
    if (known !== undefined) return known;
    const content = { token: 0n, value: 0, writeCount: 0, refusedCount: 0 };
    this.#contents.set(name, content);
    return content;
  }
}
