import type { Socket } from "node:net";

/** The faults and the traffic of one direction, shared by all connections of a proxy. */
export interface DirectionState {
  delayMs: number;
  isDropping: boolean;
  isHolding: boolean;
  deliveredBytes: number;
  waitingBytes: number;
  lostBytes: number;
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
    while (!this.#state.isHolding && !this.#sink.writableNeedDrain) {
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

  #take(kind: Item["kind"], bytes = NO_BYTES): void {
    if (this.#isEnded) return;
    if (this.#state.isDropping) this.#hasGap = true;
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
        this.#sink.resetAndDestroy();
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
