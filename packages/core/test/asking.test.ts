import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import {
  type AcquireRequest,
  createLocks,
  type Grant,
  type LocksOptions,
  type Refusal,
} from "../src/index.ts";
import { type FaultyProvider, faultyProvider, settled, unknownFault } from "./faulty-provider.ts";

const HELD: Refusal = { granted: false, why: "held" };
const NEVER = new Promise<never>(() => undefined);

/** A request that reached the backend: when, by which way, and how it could be ended. */
interface Asked {
  readonly atMs: number;
  readonly way: "attempt" | "queue";
  readonly signal: AbortSignal | undefined;
}

interface Scene {
  readonly provider: FaultyProvider;
  readonly asked: Asked[];
  /** Answers of the queue; a grant of the memory provider where it gives none. */
  readonly queue: { answer: ((real: () => Grant | Refusal) => unknown) | undefined };
  locks(options?: Partial<LocksOptions>): ReturnType<typeof createLocks>;
}

/** A provider with a queue, or without, that polls or not, and every request to it. */
function scene(shape: { queue?: boolean; polls?: boolean } = {}): Scene {
  const { queue: hasQueue = true, polls = false } = shape;
  const provider = faultyProvider();
  const asked: Asked[] = [];
  const queue: Scene["queue"] = { answer: undefined };
  const note = (way: Asked["way"], { signal }: AcquireRequest): void => {
    asked.push({ atMs: provider.clock.monotonicMs(), way, signal });
  };
  const asking = {
    ...provider,
    capabilities: { ...provider.capabilities, waiting: polls ? "poll" : "queue" } as const,
    tryAcquire(request: AcquireRequest) {
      note("attempt", request);
      return provider.tryAcquire(request);
    },
    ...(hasQueue && {
      async enqueue(request: AcquireRequest & { readonly signal: AbortSignal }) {
        note("queue", request);
        const real = (): Grant | Refusal => provider.inner.tryAcquire(request) as Grant | Refusal;
        return (queue.answer?.(real) ?? real()) as Grant | Refusal;
      },
    }),
  };
  return {
    provider,
    asked,
    queue,
    locks: (options) =>
      createLocks({
        provider: asking,
        random: { holderId: holderIds(), fraction: () => 0.5 },
        backoffMsMin: 100,
        backoffMsMax: 1_000,
        localHandoffMax: 0,
        ...options,
      }),
  };
}

function holderIds(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `holder ${count}`;
  };
}

const ways = (asked: readonly Asked[]): [number, string][] =>
  asked.map(({ atMs, way }) => [atMs, way]);

describe("the way to a lock", () => {
  test("is an attempt, then the queue at once, then the queue after growing delays", async () => {
    const { provider, asked, queue, locks } = scene();
    provider.faults.acquire = () => HELD;
    queue.answer = () => HELD;
    const waiting = settled(locks().acquire("a", { waitMs: 1_000 }));
    await provider.clock.advance(1_000);
    await waiting;
    // Decorrelated: 100 + half of what is between 100 and thrice the delay before.
    expect(ways(asked).slice(0, 5)).toEqual([
      [0, "attempt"],
      [0, "queue"],
      [200, "queue"],
      [550, "queue"],
    ]);
  });

  test("is an attempt again after a try that was refused", async () => {
    const { provider, asked, locks } = scene();
    const asking = locks();
    provider.faults.acquire = () => HELD;
    expect(await asking.tryAcquire("a")).toBeUndefined();
    delete provider.faults.acquire;
    await asking.acquire("a");
    expect(ways(asked)).toEqual([
      [0, "attempt"],
      [0, "attempt"],
    ]);
  });

  test("without a queue is an attempt after each delay", async () => {
    const { provider, asked, locks } = scene({ queue: false });
    provider.faults.acquire = () => HELD;
    const waiting = settled(locks().acquire("a", { waitMs: 500 }));
    await provider.clock.advance(500);
    await waiting;
    expect(ways(asked)).toEqual([
      [0, "attempt"],
      [200, "attempt"],
    ]);
  });

  test("after a fault is a delay first, even where there is a queue", async () => {
    const { provider, asked, locks } = scene();
    provider.faults.acquire = () => Promise.reject(unknownFault());
    const waiting = settled(locks().acquire("a"));
    await provider.clock.advance(199);
    expect(ways(asked)).toEqual([[0, "attempt"]]);
    await provider.clock.advance(1);
    expect(ways(asked).slice(1)).toEqual([[200, "queue"]]);
    expect((await waiting).value).toBeDefined();
  });

  test("is asked again no later than the backend says the lock ends", async () => {
    const { provider, asked, locks } = scene({ queue: false });
    provider.faults.acquire = () => ({ ...HELD, retryAfterMs: 30 });
    const waiting = settled(locks().acquire("a", { waitMs: 50 }));
    await provider.clock.advance(50);
    await waiting;
    expect(ways(asked).slice(0, 2)).toEqual([
      [0, "attempt"],
      [30, "attempt"],
    ]);
  });
});

describe("contention", () => {
  /** Has the lock granted by the queue after a refusal, and gives it back. */
  async function waitedFor({ provider, queue, locks }: Scene, isAtOnce?: boolean) {
    const mine = locks();
    provider.faults.acquire = () => HELD;
    queue.answer = (real) => ({ ...real(), ...(isAtOnce === undefined ? {} : { isAtOnce }) });
    const lease = await mine.acquire("a");
    delete provider.faults.acquire;
    return { mine, lease };
  }

  test("is over for a lock that is not waited for: the next asks plainly", async () => {
    const made = scene();
    const { mine, lease } = await waitedFor(made, true);
    await lease.release();
    made.asked.length = 0;
    await mine.acquire("a");
    expect(ways(made.asked)).toEqual([[0, "attempt"]]);
  });

  test.each([undefined, false])(
    "lasts when the lock came through the queue: the next goes in turn (%s)",
    async (isAtOnce) => {
      const made = scene();
      const { mine, lease } = await waitedFor(made, isAtOnce);
      const next = mine.acquire("a");
      made.asked.length = 0;
      await lease.release();
      await (await next).release();
      expect(ways(made.asked)).toEqual([[0, "queue"]]);
      // A try does not wait, so it cannot go in turn.
      made.asked.length = 0;
      await mine.tryAcquire("a");
      expect(ways(made.asked)).toEqual([[0, "attempt"]]);
    },
  );

  test("makes who polls stand back for a moment after it gave the lock back", async () => {
    for (const [backoffMsMax, atMs] of [
      [1_000, 100],
      [80, 80],
    ] as const) {
      const { asked, provider, locks } = scene({ queue: false, polls: true });
      const backoffMsMin = Math.min(100, backoffMsMax);
      const mine = locks({
        ...{ backoffMsMin, backoffMsMax },
        random: { holderId: holderIds(), fraction: () => (atMs === 80 ? 0.9 : 0.5) },
      });
      const lease = await mine.acquire("a");
      const next = mine.acquire("a");
      await lease.release();
      expect(ways(asked)).toEqual([[0, "attempt"]]);
      await provider.clock.advance(atMs - 1);
      expect(ways(asked)).toHaveLength(1);
      await provider.clock.advance(1);
      expect(ways(asked)).toEqual([
        [0, "attempt"],
        [atMs, "attempt"],
      ]);
      await next;
    }
  });

  test("sends who polls, and has a queue, there after it gave the lock back", async () => {
    const { asked, locks } = scene({ polls: true });
    const mine = locks();
    const lease = await mine.acquire("a");
    const next = mine.acquire("a");
    await lease.release();
    await next;
    expect(ways(asked)).toEqual([
      [0, "attempt"],
      [0, "queue"],
    ]);
  });

  test("is no reason to stand back where the backend has an order of its own", async () => {
    const { asked, locks } = scene({ queue: false, polls: false });
    const mine = locks();
    const lease = await mine.acquire("a");
    const next = mine.acquire("a");
    await lease.release();
    await next;
    expect(ways(asked)).toEqual([
      [0, "attempt"],
      [0, "attempt"],
    ]);
  });
});

describe("a request", () => {
  test("can be ended where its waiter may leave, and not where nobody can", async () => {
    const { asked, provider, locks } = scene();
    const mine = locks();
    await (await mine.acquire("a")).release();
    await (await mine.acquire("b", { waitMs: 50 })).release();
    await (await mine.acquire("c", { signal: new AbortController().signal })).release();
    await mine.tryAcquire("d");
    expect(asked.map(({ signal }) => signal === undefined)).toEqual([true, false, false, true]);
    expect(provider.clock.pendingTimers).toBeLessThanOrEqual(2);
  });

  test("ends when nobody waits any more, with one signal for all requests of a wait", async () => {
    const { asked, provider, queue, locks } = scene();
    provider.faults.acquire = () => HELD;
    queue.answer = () => NEVER;
    const mine = locks();
    const controller = new AbortController();
    const waits = [
      settled(mine.acquire("a", { waitMs: 100 })),
      settled(mine.acquire("a", { signal: controller.signal })),
    ];
    await provider.clock.advance(100);
    const [attempt, queued] = asked;
    expect(queued?.signal).toBe(attempt?.signal);
    expect(queued?.signal?.aborted).toBe(false);
    controller.abort();
    await Promise.all(waits);
    expect(queued?.signal?.aborted).toBe(true);
    expect(queued?.signal?.reason).toMatchObject({
      code: "ABORTED",
      message: "nobody waits for this lock any more",
    });
  });

  test("that was ended is not the next waiter's, which asks anew", async () => {
    const { asked, provider, queue, locks } = scene();
    provider.faults.acquire = () => HELD;
    queue.answer = () =>
      new Promise((_, reject) => {
        const { signal } = asked.at(-1) ?? {};
        signal?.addEventListener("abort", () => reject(signal.reason));
      });
    const mine = locks();
    const controller = new AbortController();
    const first = settled(mine.acquire("a", { signal: controller.signal }));
    await provider.clock.advance(1);
    controller.abort();
    const second = settled(mine.acquire("a"));
    await first;
    await provider.clock.advance(2_000);
    const last = asked.at(-1);
    expect([last?.way, last?.signal?.aborted]).toEqual(["queue", false]);
    expect(last?.signal).not.toBe(asked[0]?.signal);
    queue.answer = undefined;
    void mine.close();
    await second;
  });

  test("that was ended is nobody's fault", async () => {
    const { asked, provider, locks } = scene();
    provider.faults.acquire = () =>
      new Promise((_, reject) => {
        const { signal } = asked.at(-1) ?? {};
        signal?.addEventListener("abort", () => reject(unknownFault()));
      });
    const mine = locks();
    const controller = new AbortController();
    const first = settled(mine.acquire("a", { signal: controller.signal }));
    controller.abort();
    expect((await first).error?.code).toBe("ABORTED");
    delete provider.faults.acquire;
    const second = await settled(mine.acquire("a", { waitMs: 5 }));
    expect(second.error).toBeUndefined();
  });
});

describe("who leaves", () => {
  test("leaves no timer and no listener, granted or not", async () => {
    const { provider, locks } = scene();
    const mine = locks();
    const controller = new AbortController();
    const { signal } = controller;
    const lease = await mine.acquire("a", { signal, waitMs: 500 });
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    await lease.release();
    const before = provider.clock.pendingTimers;
    const held = await mine.acquire("a", { renew: false });
    const waits = [1, 2, 3].map(() => settled(mine.acquire("a", { signal, waitMs: 500 })));
    expect(provider.clock.pendingTimers - before).toBeGreaterThanOrEqual(3);
    expect(getEventListeners(signal, "abort")).toHaveLength(3);
    controller.abort();
    await Promise.all(waits);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    await held.release();
    await mine.close();
    expect(provider.clock.pendingTimers).toBe(0);
  });

  test.each([0, 1, 2])("from place %i of three leaves the others in their order", async (place) => {
    const { provider, locks } = scene({ queue: false });
    const mine = locks({ localHandoffMax: 16 });
    const held = await mine.acquire("a");
    const controllers = [0, 1, 2].map(() => new AbortController());
    const served: number[] = [];
    const waits = controllers.map(({ signal }, index) =>
      mine.acquire("a", { signal }).then(
        async (lease) => {
          served.push(index);
          await lease.release();
        },
        () => undefined,
      ),
    );
    controllers[place]?.abort();
    const last = mine.acquire("a").then(() => served.push(3));
    await held.release();
    await provider.clock.advance(100);
    await Promise.all([...waits, last]);
    expect(served).toEqual([0, 1, 2, 3].filter((index) => index !== place));
  });
});

describe("a watch", () => {
  function watched() {
    const made = scene({ queue: false });
    const watch = {
      hint: (): void => undefined,
      ended: 0,
      open: (): Promise<void> => Promise.resolve(),
      end: (): Promise<void> => Promise.resolve(),
    };
    const provider = {
      ...made.provider,
      watch: async (_: string, onHint: () => void) => {
        watch.hint = onHint;
        await watch.open();
        return {
          [Symbol.asyncDispose]: async () => {
            watch.ended += 1;
            await watch.end();
          },
        };
      },
    };
    const options = { backoffMsMin: 5_000, backoffMsMax: 5_000 };
    return { ...made, watch, mine: createLocks({ provider, ...options }) };
  }

  test("is opened once for a wait, and ends with it", async () => {
    const { provider, watch, mine } = watched();
    provider.faults.acquire = () => HELD;
    const waiting = settled(mine.acquire("a"));
    await provider.clock.advance(1);
    const asked = provider.acquires.length;
    watch.hint();
    await provider.clock.advance(1);
    expect(provider.acquires).toHaveLength(asked + 1);
    delete provider.faults.acquire;
    watch.hint();
    expect((await waiting).value).toBeDefined();
    await provider.clock.advance(1);
    expect(watch.ended).toBe(1);
  });

  test("that opens when the wait is over is ended, and one that cannot end hurts nobody", async () => {
    const { provider, watch, mine } = watched();
    let open: () => void = () => undefined;
    watch.open = () => new Promise((resolve) => (open = resolve));
    watch.end = () => Promise.reject(new Error("no"));
    provider.faults.acquire = () => HELD;
    const waiting = settled(mine.acquire("a", { waitMs: 10 }));
    await provider.clock.advance(10);
    await waiting;
    expect(watch.ended).toBe(0);
    open();
    await provider.clock.advance(1);
    expect(watch.ended).toBe(1);
  });

  test("that fails leaves the delay as it is", async () => {
    const { provider, watch, mine } = watched();
    watch.open = () => Promise.reject(new Error("no"));
    provider.faults.acquire = () => HELD;
    const waiting = settled(mine.acquire("a"));
    await provider.clock.advance(4_999);
    expect(provider.acquires).toHaveLength(1);
    delete provider.faults.acquire;
    await provider.clock.advance(1);
    expect((await waiting).value).toBeDefined();
  });

  test("whose hint comes after the wait wakes nobody", async () => {
    const { provider, watch, mine } = watched();
    provider.faults.acquire = () => HELD;
    const first = settled(mine.acquire("a", { waitMs: 10 }));
    await provider.clock.advance(10);
    await first;
    const late = watch.hint;
    watch.open = () => NEVER;
    const second = settled(mine.acquire("a", { waitMs: 100 }));
    await provider.clock.advance(1);
    const asked = provider.acquires.length;
    late();
    await provider.clock.advance(1);
    expect(provider.acquires).toHaveLength(asked);
    await provider.clock.advance(100);
    await second;
  });
});
