import { setTimeout as sleep } from "node:timers/promises";
import type { Holding, Refused, SubjectClient, Target, Wish } from "../subject.ts";
import type { Strategy } from "./peers.ts";

/** The benchmark's use of a library. */
type LockClient = Awaited<ReturnType<Strategy["open"]>>;

/** Longer than a storm of faults and the calm after it: whoever has no answer by then will never have one. */
const HANG_MS = 40_000;
/** Between two calls of a library that gives up by itself. */
const ASK_AGAIN_MS = 100;
/** A program that ends does not wait longer for a library to give back its locks. */
const CLOSE_MS_MAX = 3_000;

/** What is particular about a library. */
export interface PeerTraits {
  /** It takes no shorter ttl; default 0. */
  readonly ttlMsMin?: number | undefined;
  /** Without an answer for so long, a call hangs; default {@link HANG_MS}. */
  readonly hangMs?: number | undefined;
}

/** One client of another library. */
export async function openPeer(
  strategy: Strategy,
  traits: PeerTraits,
  { urls, onHang }: Pick<Target, "urls" | "onHang">,
): Promise<SubjectClient> {
  return new PeerClient(await strategy.open({ urls }), traits, onHang);
}

/**
 * Asks as a program would that uses the library. Most of them take neither a time to wait nor a signal: who
 * has changed its mind walks away, and what is granted afterwards is given back at once. None of them says
 * whether a call that failed may have taken effect, so all of these are unknown.
 */
class PeerClient implements SubjectClient {
  readonly #client: LockClient;
  readonly #ttlMsMin: number;
  readonly #hangMs: number;
  readonly #onHang: (call: string) => void;
  readonly #closing = new AbortController();
  readonly #closed = withResolvers<"unknown">();
  readonly #held = new Set<Holding>();
  /** Releases that are under way. */
  readonly #releases = new Set<Promise<unknown>>();

  constructor(client: LockClient, traits: PeerTraits, onHang: (call: string) => void) {
    this.#client = client;
    this.#ttlMsMin = traits.ttlMsMin ?? 0;
    this.#hangMs = traits.hangMs ?? HANG_MS;
    this.#onHang = onHang;
  }

  async acquire(wish: Wish): Promise<Holding | Refused> {
    const { waitMs, signal } = wish;
    if (signal?.aborted === true) return { refused: "fail", detail: "aborted" };
    using patience = new Patience({ waitMs, signals: [signal, this.#closing.signal] });
    for (;;) {
      const answer = await this.#attempt(wish, patience);
      // A library that gives up sooner than its caller is asked again.
      const isPatient = waitMs !== undefined && !patience.isOver;
      if (!("refused" in answer) || !isPatient) return answer;
      await Promise.race([sleep(ASK_AGAIN_MS), patience.over]);
      if (patience.isOver) return answer;
    }
  }

  async #attempt({ name, ttlMs }: Wish, patience: Patience): Promise<Holding | Refused> {
    const options = { ttlMs: Math.max(ttlMs, this.#ttlMsMin), signal: patience.signal };
    const call = this.#watched(
      `acquire of ${name}`,
      async () => await this.#client.acquire(name, options),
    );
    const left = patience.over.then((detail): Refused => ({ refused: "unknown", detail }));
    const answer = await Promise.race([call.then((held) => ({ held }), refusal), left]);
    if ("held" in answer) return this.#holding(name, answer.held);
    void call.then(
      (held) => this.#giveBack(name, held),
      () => {},
    );
    return answer;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const holding of this.#held) void holding.release();
    const late = sleep(CLOSE_MS_MAX, undefined, { ref: false });
    await Promise.race([Promise.all(this.#releases), late]);
    await this.#client.close().catch(() => {});
    // A driver that was closed need not answer any more.
    this.#closed.resolve("unknown");
  }

  #holding(name: string, held: unknown): Holding {
    const client = this.#client;
    const holding: Holding = {
      name,
      ...(client.onLost && {
        onLost: (tell) => client.onLost?.(held, () => tell("the library says so")),
      }),
      ...(client.validForMs && {
        validForMs: () => client.validForMs?.(held) ?? 0,
        isValid: () => (client.validForMs?.(held) ?? 0) > 0,
      }),
      release: () => {
        this.#held.delete(holding);
        return this.#giveBack(name, held);
      },
    };
    this.#held.add(holding);
    return holding;
  }

  /** `unknown` for every failure: the lock may have ended before, or the answer may have been lost. */
  async #giveBack(name: string, held: unknown): Promise<"ok" | "unknown"> {
    const call = this.#watched(
      `release of ${name}`,
      async () => await this.#client.release(name, held),
    ).then(
      () => "ok" as const,
      () => "unknown" as const,
    );
    const answer = Promise.race([call, this.#closed.promise]);
    this.#releases.add(answer);
    return await answer.finally(() => this.#releases.delete(answer));
  }

  /** Tells when a call has no answer for much too long. The watch does not keep the process alive. */
  async #watched<Result>(what: string, call: () => Promise<Result>): Promise<Result> {
    const tell = (): void => this.#onHang(`${what}: no answer for ${this.#hangMs} ms`);
    const timer = setTimeout(tell, this.#hangMs).unref();
    try {
      return await call();
    } finally {
      clearTimeout(timer);
    }
  }
}

/** How long a caller waits: for its time, until a signal aborts, or for ever. */
class Patience implements Disposable {
  /** Why it is over. */
  readonly over: Promise<string>;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #signals: readonly AbortSignal[];
  readonly #end: (why: string) => void;
  readonly #ending = new AbortController();

  constructor({ waitMs, signals }: PatienceOptions) {
    const { promise, resolve } = withResolvers<string>();
    this.over = promise;
    this.#end = (why) => {
      this.#ending.abort();
      resolve(why);
    };
    this.#timer = waitMs === undefined ? undefined : setTimeout(this.#end, waitMs, "waited");
    this.#signals = signals.filter((signal) => signal !== undefined);
    for (const signal of this.#signals) signal.addEventListener("abort", this.#abort);
  }

  get isOver(): boolean {
    return this.#ending.signal.aborted;
  }

  /** Aborts when it is over. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  readonly #abort = (): void => this.#end("aborted");

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const signal of this.#signals) signal.removeEventListener("abort", this.#abort);
  }
}

interface PatienceOptions {
  readonly waitMs: number | undefined;
  readonly signals: readonly (AbortSignal | undefined)[];
}

/** `Promise.withResolvers`, which the oldest Node that is supported does not have. */
function withResolvers<Value>(): {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
} {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function refusal(error: unknown): Refused {
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { refused: "unknown", detail };
}
