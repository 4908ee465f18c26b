import { describe, expect, test } from "vitest";
import { Holding } from "./holding.ts";
import { LockError } from "./lock-error.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";
import { memory } from "./memory/memory-provider.ts";
import type { RenewOutcome, RenewRequest } from "./provider.ts";
import { Renewer } from "./renewer.ts";
import { resolveLocksOptions, type Settings } from "./settings.ts";

type Answer = (requests: readonly RenewRequest[]) => unknown;

interface Scene {
  readonly clock: ManualClock;
  readonly renewer: Renewer;
  /** Renewals that were sent: when, and of which names. */
  readonly sent: [number, string][];
  /** Losses that were told: when, of which name, and why. */
  readonly lost: [number, string, string][];
  readonly provider: { answer: Answer };
  /** A holding that is watched from now on; times are from now. */
  hold(name: string, wanted?: Wanted): Holding;
}

interface Wanted {
  readonly ttlMs?: number;
  readonly renewMs?: number;
  readonly deadlineMs?: number;
  readonly renewable?: boolean;
  readonly state?: string;
}

const NEVER = new Promise<never>(() => undefined);

function scene(fraction = 0.5): Scene {
  const clock = manualClock();
  const sent: Scene["sent"] = [];
  const lost: Scene["lost"] = [];
  const provider: Scene["provider"] = { answer: () => NEVER };
  const settings: Settings = resolveLocksOptions({
    random: { holderId: () => "", fraction: () => fraction },
    provider: Object.assign(memory({ clock }), {
      renew(requests: readonly RenewRequest[]) {
        sent.push([clock.monotonicMs(), requests.map(({ name }) => name).join(" ")]);
        return provider.answer(requests) as Promise<readonly RenewOutcome[]>;
      },
    }),
    clock,
  });
  const renewer = new Renewer(settings);
  return {
    ...{ clock, renewer, sent, lost, provider },
    hold(name, wanted = {}) {
      const { ttlMs = 3_000, renewMs = 1_000, deadlineMs = 2_900, renewable = true } = wanted;
      const nowMs = clock.monotonicMs();
      const granted = { ttlMs, validMs: ttlMs, fencingToken: 1n };
      const holding = new Holding(
        { name, holderId: `holder of ${name}`, ttlMs, renewable },
        wanted.state === undefined ? granted : { ...granted, state: wanted.state },
        { acceptedAtMs: nowMs, deadlineMs: nowMs + deadlineMs, renewAtMs: nowMs + renewMs },
      );
      holding.owner = { lost: (_, why) => lost.push([clock.monotonicMs(), name, why]) };
      renewer.add(holding);
      return holding;
    },
  };
}

/** Every lease renewed for so long, from the moment of the request. */
function renewing(
  { clock }: Scene,
  validMs = 3_000,
  fencingToken: bigint | undefined = 1n,
): Answer {
  return async (requests) =>
    requests.map(() => ({
      status: "renewed",
      sentAtMs: clock.monotonicMs(),
      validMs,
      fencingToken,
    }));
}

describe("when renewals leave", () => {
  test("at their time, and not before", async () => {
    const made = scene();
    made.provider.answer = renewing(made);
    made.hold("a");
    await made.clock.advance(999);
    expect(made.sent).toEqual([]);
    await made.clock.advance(1);
    expect(made.sent).toEqual([[1_000, "a"]]);
    // A third of what was granted, from its send.
    await made.clock.advance(1_000);
    expect(made.sent).toEqual([
      [1_000, "a"],
      [2_000, "a"],
    ]);
  });

  test("the earlier of two pulls the timer forward, and the later has its own", async () => {
    const made = scene();
    made.hold("late", { renewMs: 2_000, deadlineMs: 9_000 });
    made.hold("early", { renewMs: 500, deadlineMs: 9_000 });
    await made.clock.advance(2_000);
    expect(made.sent[0]).toEqual([500, "early"]);
    expect(made.sent.at(-1)).toEqual([2_000, "late"]);
    expect(made.clock.pendingTimers).toBe(1);
  });

  test("together with those that are due within a thirtieth of their ttl", async () => {
    const made = scene();
    made.hold("a");
    made.hold("b", { renewMs: 1_100 });
    made.hold("c", { renewMs: 1_101 });
    await made.clock.advance(1_000);
    expect(made.sent).toEqual([[1_000, "a b"]]);
    await made.clock.advance(101);
    expect(made.sent.at(-1)).toEqual([1_101, "c"]);
  });

  test("not together with a lease that only ends, or that has one on its way", async () => {
    const made = scene();
    const held = made.hold("ends", { renewMs: Number.POSITIVE_INFINITY, deadlineMs: 1_050 });
    const asked = made.hold("asked", { renewMs: 5_000, deadlineMs: 3_210 });
    void made.renewer.renew(asked);
    // Its time for an answer is a third of what is left.
    expect(asked.wakeAtMs).toBe(1_070);
    made.hold("near", { renewMs: 1_090 });
    made.hold("a");
    await made.clock.advance(1_000);
    expect(made.sent).toEqual([
      [0, "asked"],
      [1_000, "a"],
    ]);
    expect(held.ended).toBe(false);
  });

  test("of a lease that may be held no longer: not with others, and not at its time", async () => {
    const made = scene();
    made.provider.answer = renewing(made);
    const over = made.hold("over", { renewMs: 1_050 });
    over.maxHoldAtMs = 1_000;
    made.hold("a");
    await made.clock.advance(1_049);
    expect(made.sent).toEqual([[1_000, "a"]]);
    await made.clock.advance(1_000);
    expect(made.sent.map(([, names]) => names)).toEqual(["a", "a"]);
    expect(over.renewAtMs).toBe(Number.POSITIVE_INFINITY);
    await made.clock.advance(851);
    expect(made.lost).toEqual([[2_900, "over", "max-hold"]]);
  });

  test("for an heir at once, if it is to be renewed and was not", async () => {
    const made = scene();
    const holding = made.hold("a", { renewMs: Number.POSITIVE_INFINITY });
    made.renewer.resume(holding);
    await made.clock.advance(0);
    expect(made.sent).toEqual([[0, "a"]]);
    const other = made.hold("b");
    made.renewer.resume(other);
    expect(other.renewAtMs).toBe(1_000);
    const plain = made.hold("c", { renewMs: Number.POSITIVE_INFINITY, renewable: false });
    made.renewer.resume(plain);
    expect(plain.renewAtMs).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("a renewal without an answer", () => {
  test("has a third of what is left, and the next one leaves after a tenth of the ttl, or less", async () => {
    for (const [fraction, delayMs] of [
      [0, 150],
      [0.5, 225],
      [0.999, 299.85],
    ] as const) {
      const made = scene(fraction);
      made.hold("a", { renewMs: 1_000, deadlineMs: 2_800 });
      await made.clock.advance(1_599);
      expect(made.sent).toHaveLength(1);
      await made.clock.advance(1 + delayMs + 1);
      expect(made.sent).toHaveLength(2);
      expect(made.sent[1]?.[0]).toBe(Math.ceil(1_600 + delayMs));
    }
  });

  test("is tried again after a second at most, and 5 ms at least", async () => {
    const long = scene(0.999);
    long.provider.answer = () => Promise.reject(new Error("a driver's"));
    long.hold("a", { ttlMs: 60_000, renewMs: 1_000, deadlineMs: 59_000 });
    await long.clock.advance(2_000);
    expect(long.sent.map(([atMs]) => atMs)).toEqual([1_000, 2_000]);
    const short = scene(0);
    short.provider.answer = long.provider.answer;
    short.hold("a", { ttlMs: 60, renewMs: 10, deadlineMs: 50 });
    await short.clock.advance(20);
    expect(short.sent.map(([atMs]) => atMs)).toEqual([10, 15, 20]);
  });

  test("by hand, of a lease that does not renew itself, is not tried again", async () => {
    const made = scene();
    made.provider.answer = async () => [{ status: "unknown", cause: undefined }];
    const holding = made.hold("a", { renewable: false, renewMs: Number.POSITIVE_INFINITY });
    await expect(made.renewer.renew(holding)).rejects.toMatchObject({ outcome: "unknown" });
    expect(holding.renewAtMs).toBe(Number.POSITIVE_INFINITY);
    await made.clock.advance(2_899);
    expect(made.sent).toHaveLength(1);
  });

  test("that the provider threw, or left out, is one", async () => {
    for (const answer of [
      () => {
        throw new LockError("BACKEND_UNAVAILABLE", "thrown");
      },
      async () => [],
    ]) {
      const made = scene();
      made.provider.answer = answer;
      const holding = made.hold("a");
      const error = await made.renewer.renew(holding).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "BACKEND_UNAVAILABLE", outcome: "unknown" });
      expect(holding.renewal).toBeUndefined();
      expect(holding.renewAtMs).toBe(225);
    }
  });
});

describe("an answer", () => {
  test("moves the deadline, the next renewal and the token", async () => {
    const made = scene();
    made.provider.answer = renewing(made, 3_000, 9n);
    const holding = made.hold("a");
    await made.clock.advance(500);
    expect(await made.renewer.renew(holding)).toBe(2_938);
    // 1 % and 2 ms of drift, 1 % of margin.
    expect([holding.deadlineMs, holding.renewAtMs]).toEqual([3_438, 1_500]);
    expect([holding.serverToken, holding.validMs]).toEqual([9n, 3_000]);
  });

  test("without a token keeps the one there was", async () => {
    const made = scene();
    made.provider.answer = async () => [
      { status: "renewed", sentAtMs: 0, validMs: 3_000, fencingToken: undefined },
    ];
    const holding = made.hold("a");
    await made.renewer.renew(holding);
    expect(holding.serverToken).toBe(1n);
  });

  test("that proves less than is known shortens nothing", async () => {
    const made = scene();
    made.provider.answer = renewing(made, 1_000, 9n);
    const holding = made.hold("a");
    expect(await made.renewer.renew(holding)).toBe(2_900);
    expect([holding.deadlineMs, holding.serverToken, holding.validMs]).toEqual([2_900, 1n, 3_000]);
  });

  test("to a lease that does not renew itself sends no next one", async () => {
    const made = scene();
    made.provider.answer = renewing(made);
    const holding = made.hold("a", { renewable: false, renewMs: Number.POSITIVE_INFINITY });
    await made.renewer.renew(holding);
    expect([holding.deadlineMs, holding.renewAtMs]).toEqual([2_938, Number.POSITIVE_INFINITY]);
  });

  test("that comes after the deadline is no renewal: the lease has ended", async () => {
    const made = scene();
    const holding = made.hold("a");
    made.provider.answer = async () => [{ status: "unknown", cause: undefined }];
    const renewal = made.renewer.renew(holding).catch((reason: unknown) => reason);
    made.clock.stall(2_900);
    expect(await renewal).toMatchObject({ code: "LEASE_LOST", why: "ended" });
    expect(made.lost).toEqual([[2_900, "a", "expired"]]);
  });

  test("with a loss tells the owner, once", async () => {
    const made = scene();
    made.provider.answer = async () => [{ status: "lost", why: "deleted" }];
    const holding = made.hold("a");
    const renewals = [made.renewer.renew(holding), made.renewer.renew(holding)];
    for (const { status } of await Promise.allSettled(renewals)) expect(status).toBe("rejected");
    made.renewer.lose(holding, "again");
    expect(made.lost).toEqual([[0, "a", "deleted"]]);
    expect([holding.ended, made.renewer.size]).toEqual([true, 0]);
  });

  test("that was overtaken decides nothing of the renewal after it", async () => {
    const made = scene();
    const answers: ((outcomes: readonly RenewOutcome[]) => void)[] = [];
    made.provider.answer = () => new Promise((resolve) => answers.push(resolve));
    const holding = made.hold("a", { renewMs: 0, deadlineMs: 2_900 });
    await made.clock.advance(1_300);
    expect(made.sent).toHaveLength(2);
    const { renewal } = holding;
    answers[0]?.([{ status: "unknown", cause: undefined }]);
    await made.clock.advance(0);
    expect(holding.renewal).toBe(renewal);
    answers[1]?.([{ status: "renewed", sentAtMs: 1_300, validMs: 3_000, fencingToken: 1n }]);
    await made.clock.advance(0);
    expect(holding.renewal).toBeUndefined();
    expect(holding.deadlineMs).toBe(4_238);
  });

  test("asks with the state that the grant had", async () => {
    const made = scene();
    const asked: RenewRequest[] = [];
    made.provider.answer = async (requests) => {
      asked.push(...requests);
      return [];
    };
    for (const holding of [made.hold("a"), made.hold("b", { state: "its own" })]) {
      await made.renewer.renew(holding).catch(() => undefined);
    }
    const base = { ttlMs: 3_000 };
    expect(asked).toEqual([
      { ...base, name: "a", holderId: "holder of a" },
      { ...base, name: "b", holderId: "holder of b", state: "its own" },
    ]);
  });
});

describe("the end", () => {
  test("comes at the deadline, not before, and before any renewal", async () => {
    const made = scene();
    made.hold("a", { renewMs: 2_900 });
    await made.clock.advance(2_899);
    expect(made.lost).toEqual([]);
    await made.clock.advance(1);
    expect([made.lost, made.sent]).toEqual([[[2_900, "a", "expired"]], []]);
  });

  test("is for want of time to hold where that is over, to the millisecond", async () => {
    for (const [maxHoldAtMs, why] of [
      [2_900, "max-hold"],
      [2_901, "expired"],
    ] as const) {
      const made = scene();
      made.hold("a", { renewMs: Number.POSITIVE_INFINITY }).maxHoldAtMs = maxHoldAtMs;
      await made.clock.advance(3_000);
      expect(made.lost).toEqual([[2_900, "a", why]]);
    }
  });

  test("of one lease may end others: they are not renewed in the same tick", async () => {
    const made = scene();
    const other = made.hold("other", { renewMs: 2_850, deadlineMs: 9_000 });
    made.hold("a", { renewMs: 9_000, deadlineMs: 2_850 }).owner = {
      lost: () => made.renewer.remove(other),
    };
    await made.clock.advance(3_000);
    expect(made.sent).toEqual([]);
  });

  test("of what is removed is told to nobody, and leaves one timer at most", async () => {
    const made = scene();
    const holdings = ["a", "b", "c"].map((name) => made.hold(name));
    expect([...made.renewer.values()].length).toBe(3);
    for (const holding of holdings) made.renewer.remove(holding);
    expect([made.renewer.size, made.clock.pendingTimers]).toEqual([0, 1]);
    await made.clock.advance(10_000);
    expect([made.lost, made.sent, made.clock.pendingTimers]).toEqual([[], [], 0]);
  });

  test("of the renewer leaves no timer, and a later lease is watched all the same", async () => {
    const made = scene();
    made.renewer.remove(made.hold("a"));
    made.renewer.stop();
    expect(made.clock.pendingTimers).toBe(0);
    made.hold("b", { renewMs: 1_500 });
    await made.clock.advance(1_500);
    expect(made.sent).toEqual([[1_500, "b"]]);
  });

  test("waits for renewals of leases that were detached", async () => {
    const made = scene();
    let answer: (outcomes: readonly RenewOutcome[]) => void = () => undefined;
    made.provider.answer = () => new Promise((resolve) => (answer = resolve));
    const holding = made.hold("a");
    made.renewer.renewAtParting(holding);
    made.renewer.remove(holding);
    let isParted = false;
    void made.renewer.parted().then(() => {
      isParted = true;
    });
    await made.clock.advance(10);
    expect(isParted).toBe(false);
    answer([]);
    await made.clock.advance(0);
    expect(isParted).toBe(true);
    await made.renewer.parted();
  });
});
