import type { BackendName } from "./ground.ts";

/** A lock library, as a worker uses it. */
export interface Subject {
  /** `holdfast`, or what `--peer` calls it. */
  readonly id: string;
  /** One line for `--list`. */
  readonly about: string;
  readonly backends: readonly BackendName[];
  /** Whether every holder gets a token. Without, the resource accepts every write and counts what is lost. */
  readonly isFenced: boolean;
  /** Whether a lock outlasts its ttl while its holder lives. Without, nobody holds for longer than half a ttl. */
  readonly isRenewed: boolean;
  /** Renews without telling: nobody can say when a lock ends whose holder is gone, or was not answered. */
  readonly renewsUnseen?: boolean;
  /** Whether its clients run on {@link Target.clock}; others see nothing of a sleep that is played. */
  readonly isOnTargetClock?: boolean;
  /** Has no way to be closed: a process that is through with it exits, whatever of it still goes on. */
  readonly endsByExit?: boolean;
  /** Connects one client of a process. Heavy imports belong in here. */
  open(target: Target): Promise<SubjectClient>;
}

export interface Target {
  readonly backend: BackendName;
  /** Of each server, through its proxy. */
  readonly urls: readonly string[];
  /** Of the client in its process, from 0. Odd ones may be connected in another way, by another driver say. */
  readonly clientIndex: number;
  /** The longest ttl that anybody asks for. */
  readonly ttlMsMax: number;
  /** How the clocks of this process were moved; what a library makes of it is its own affair. */
  readonly clock: ShiftedClock;
  /** Tells of a call that hangs: this process is ended, and replaced. */
  readonly onHang: (call: string) => void;
}

/** By how much the clocks that clients see are off from the machine's. Changes during the run. */
export interface ShiftedClock {
  readonly wallShiftMs: number;
  readonly sleptMs: number;
}

/** One client of a lock library. */
export interface SubjectClient {
  /**
   * Takes a lock. A refusal is an answer; what is thrown is a violation of the library's own promises, and
   * for a peer that has none, an unknown outcome is the answer to any error.
   */
  acquire(wish: Wish): Promise<Holding | Refused>;
  /** Takes over what another process detached. */
  adopt?(ticket: unknown): Promise<Holding | Refused>;
  /** Gives back what it holds and ends everything it has. Rejects never. */
  close(): Promise<void>;
}

/** What is asked for. */
export interface Wish {
  readonly name: string;
  readonly ttlMs: number;
  /** `try` never waits. `using` holds by a callback, where the library has that. */
  readonly way: "try" | "acquire" | "using";
  /** Undefined: without an end. */
  readonly waitMs: number | undefined;
  readonly renew: boolean;
  readonly signal: AbortSignal | undefined;
}

/** No lock. `fail`: surely nothing was taken. `unknown`: it may have been. */
export interface Refused {
  readonly refused: "fail" | "unknown";
  /** An error's code; `aborted` when the wish's signal had aborted. */
  readonly detail: string;
}

/** A lock that was granted. What a library does not tell is left out. */
export interface Holding {
  readonly name: string;
  readonly token?: bigint | undefined;
  /** How long the holder may still rely on it, in milliseconds; 0 or less when it may not. */
  validForMs?(): number;
  /** Whether it is valid at this instant, in the way the library has for asking before a write. */
  isValid?(): boolean;
  /** Calls `tell` once when the library finds the lock lost. */
  onLost?(tell: (why: string) => void): void;
  /** Calls `tell` whenever the validity moved. */
  onRenewed?(tell: () => void): void;
  /** Prolongs it now; resolves either way. */
  renew?(): Promise<void>;
  /**
   * Gives it back. `ok` freed the lock, `fail` says that it was not ours any more. A violation of the
   * library's promises is thrown.
   */
  release(): Promise<"ok" | "fail" | "unknown">;
  /** Lets go of it without giving it back: a ticket that goes through JSON. Undefined: it cannot now. */
  detach?(): unknown;
}
