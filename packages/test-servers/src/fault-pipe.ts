import type { Socket } from "node:net";
import { resetSocket } from "./reset-socket.ts";

/** The faults and the traffic of one direction, shared by all connections of a proxy. */
export interface DirectionState {
  delayMs: number;
  isDropping: boolean;
  isHolding: boolean;
  /** Each connection drops, or holds, from the bytes on that contain this. */
  dropMark: Mark | undefined;
  holdMark: Mark | undefined;
  deliveredBytes: number;
  waitingBytes: number;
  lostBytes: number;
}

/** Bytes that are looked for. Two marks of the same text are two: each fault begins anew. */
export interface Mark {
  readonly bytes: Buffer;
}

/** What travels in one direction of a connection: bytes, its end, or its reset. */
interface Item {
  readonly kind: "bytes" | "end" | "reset";
  readonly bytes: Buffer;
  readonly dueAtMs: number;
}

/** More than this on its way in one direction, and reading waits: what a full TCP window does. */
const WAITING_BYTES_MAX = 16 * 1024 * 1024;
const NO_BYTES: Buffer = Buffer.alloc(0);

/**
 * Carries one direction of one connection, in order, through the faults of that direction.
 *
 * A direction that has lost bytes carries nothing ever again. TCP repeats what a network loses and
 * never delivers a stream with a gap; a proxy that let later bytes through would give a client
 * replies to other commands.
 */
export class FaultPipe {
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #state: DirectionState;
  readonly #queue: Item[] = [];
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #hasGap = false;
  /** The mark that this connection met, from where it holds. */
  #heldFrom: Mark | undefined;
  #isEnded = false;

  constructor(source: Socket, sink: Socket, state: DirectionState) {
    this.#source = source;
    this.#sink = sink;
    this.#state = state;
    source.on("data", (bytes: Buffer) => this.#take("bytes", bytes));
    source.once("end", () => this.#take("end"));
    source.on("error", () => this.#take("reset"));
    sink.on("drain", () => this.flush());
  }

  /** Whether something was lost, so that the connection cannot be made whole again. */
  get hasGap(): boolean {
    return this.#hasGap;
  }

  /** Delivers what is due and not held. To be called when the faults have changed. */
  flush(): void {
    clearTimeout(this.#timer);
    while (!this.#isHolding && !this.#sink.writableNeedDrain) {
      const [item] = this.#queue;
      if (item === undefined) break;
      const waitMs = item.dueAtMs - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.flush(), Math.ceil(waitMs));
        break;
      }
      this.#queue.shift();
      this.#deliver(item);
    }
    if (this.#waitingBytes < WAITING_BYTES_MAX) this.#source.resume();
  }

  /** Gives up what is on its way. */
  close(): void {
    clearTimeout(this.#timer);
    this.#isEnded = true;
    this.#queue.length = 0;
    this.#state.lostBytes += this.#waitingBytes;
    this.#wait(-this.#waitingBytes);
  }

  get #isHolding(): boolean {
    const { isHolding, holdMark } = this.#state;
    return isHolding || (holdMark !== undefined && this.#heldFrom === holdMark);
  }

  #take(kind: Item["kind"], bytes = NO_BYTES): void {
    if (this.#isEnded) return;
    const { isDropping, dropMark, holdMark } = this.#state;
    if (isDropping || (dropMark !== undefined && bytes.includes(dropMark.bytes)))
      this.#hasGap = true;
    if (holdMark !== undefined && bytes.includes(holdMark.bytes)) this.#heldFrom = holdMark;
    if (this.#hasGap) {
      this.#state.lostBytes += bytes.length;
      return;
    }
    this.#queue.push({ kind, bytes, dueAtMs: performance.now() + this.#state.delayMs });
    this.#wait(bytes.length);
    if (this.#waitingBytes >= WAITING_BYTES_MAX) this.#source.pause();
    this.flush();
  }

  #deliver({ kind, bytes }: Item): void {
    this.#wait(-bytes.length);
    switch (kind) {
      case "bytes":
        this.#write(bytes);
        break;
      case "end":
        this.#isEnded = true;
        this.#sink.end();
        break;
      case "reset":
        this.#isEnded = true;
        resetSocket(this.#sink);
        break;
    }
  }

  /** A sink that is gone takes nothing more; what was on its way to it is lost. */
  #write(bytes: Buffer): void {
    if (this.#sink.writable) {
      this.#state.deliveredBytes += bytes.length;
      this.#sink.write(bytes);
    } else {
      this.#state.lostBytes += bytes.length;
    }
  }

  #wait(byteCount: number): void {
    this.#waitingBytes += byteCount;
    this.#state.waitingBytes += byteCount;
  }
}
