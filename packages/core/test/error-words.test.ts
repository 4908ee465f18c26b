import { describe, expect, test } from "vitest";
import { createLocks, LockError, type Vote } from "../src/index.ts";
import {
  type FaultyProvider,
  faultyProvider,
  refusedConnection,
  settled,
  unknownFault,
} from "./faulty-provider.ts";

/** What an error tells a program, and a reader. */
async function told(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  const { error } = await settled(promise);
  if (error === undefined) throw new Error("it did not fail");
  const { code, message, lockName, outcome, why, votes, cause } = error;
  return { code, message, lockName, outcome, why, votes, cause };
}

function told0(call: () => unknown): Promise<Record<string, unknown>> {
  return told((async () => call())());
}

const nothing = { why: undefined, votes: undefined, cause: undefined };

describe("of an attempt", () => {
  test("a grant that comes too late", async () => {
    const provider = faultyProvider();
    const locks = createLocks({ provider, ttlMs: 3_000 });
    provider.faults.acquire = (_, real) => {
      const grant = real();
      return new Promise((resolve) => void provider.clock.setTimer(10_000, () => resolve(grant)));
    };
    const error = told(locks.tryAcquire("a"));
    await provider.clock.advance(10_000);
    expect(await error).toEqual({
      ...nothing,
      code: "BACKEND_UNAVAILABLE",
      message:
        'lock "a" was granted too late: its ttl of 3000 ms had run out before the answer came; ' +
        "it is given back. A longer ttlMs or a nearer backend would do",
      lockName: "a",
      outcome: "unknown",
    });
  });

  test.each([
    [new TypeError("secret"), "TypeError"],
    ["secret", "no Error"],
  ])("a provider's own error: %s", async (reason, name) => {
    const provider = faultyProvider();
    provider.faults.acquire = () => Promise.reject(reason);
    expect(await told(createLocks({ provider }).tryAcquire("a"))).toEqual({
      ...nothing,
      code: "BACKEND_UNAVAILABLE",
      message: `provider faulty gave no usable answer (${name})`,
      lockName: "a",
      outcome: "unknown",
    });
  });

  test("no answer at all is called a TypeError", async () => {
    const provider = faultyProvider();
    provider.faults.acquire = (async () => undefined) as never;
    const { message } = await told(createLocks({ provider }).tryAcquire("a"));
    expect(message).toBe("provider faulty gave no usable answer (TypeError)");
  });

  test.each([
    ["no-quorum", "NO_QUORUM", "found no quorum"],
    ["abstaining", "BACKEND_UNAVAILABLE", "met a member that abstains"],
  ] as const)("a refusal that is no holder's: %s", async (why, code, words) => {
    const provider = faultyProvider();
    provider.faults.acquire = () => ({ granted: false, why, outcome: "unknown" });
    expect(await told(createLocks({ provider }).tryAcquire("a"))).toEqual({
      ...nothing,
      code,
      message: `lock "a" ${words}`,
      lockName: "a",
      outcome: "unknown",
    });
  });

  test("the members that gave no vote, each with its reason or its answer", async () => {
    const provider = faultyProvider();
    const votes: readonly Vote[] = [
      { member: "one", answer: "granted" },
      { member: "two", answer: "abstaining" },
      { member: "three", answer: "unknown", why: "no answer within 500 ms" },
    ];
    provider.faults.acquire = () => ({ granted: false, why: "no-quorum", votes });
    const error = await told(createLocks({ provider }).tryAcquire("a"));
    expect(error["message"]).toBe(
      'lock "a" found no quorum (two: abstaining; three: no answer within 500 ms)',
    );
    expect(error["votes"]).toBe(votes);
  });
});

describe("of a wait", () => {
  test("that was long enough", async () => {
    const provider = faultyProvider();
    await createLocks({ provider }).acquire("a");
    const error = told(createLocks({ provider }).acquire("a", { waitMs: 500 }));
    await provider.clock.advance(500);
    expect(await error).toEqual({
      ...nothing,
      code: "WAIT_TIMEOUT",
      message: 'lock "a" was not granted within 500 ms',
      lockName: "a",
      outcome: "not-applied",
    });
  });

  test("that is not wanted any more", async () => {
    const provider = faultyProvider();
    await createLocks({ provider }).acquire("a");
    const controller = new AbortController();
    const error = told(createLocks({ provider }).acquire("a", { signal: controller.signal }));
    await provider.clock.advance(5);
    controller.abort("enough");
    expect(await error).toEqual({
      ...nothing,
      code: "ABORTED",
      message: 'lock "a" is not wanted any more: the signal aborted',
      lockName: "a",
      outcome: "not-applied",
      cause: "enough",
    });
  });

  test("the last fault is the cause, with its votes and its outcome", async () => {
    const provider = faultyProvider();
    const votes: readonly Vote[] = [{ member: "one", answer: "unknown" }];
    const fault = new LockError("NO_QUORUM", "none", { outcome: "unknown", votes });
    provider.faults.acquire = () => Promise.reject(fault);
    const error = told(createLocks({ provider }).acquire("a", { waitMs: 500 }));
    await provider.clock.advance(500);
    expect(await error).toMatchObject({ outcome: "unknown", votes, cause: fault });
  });

  test("the last refusal's votes and outcome are told", async () => {
    const provider = faultyProvider();
    const votes: readonly Vote[] = [{ member: "one", answer: "held" }];
    provider.faults.acquire = () => ({ granted: false, why: "held", votes, outcome: "unknown" });
    const error = told(createLocks({ provider }).acquire("a", { waitMs: 500 }));
    await provider.clock.advance(500);
    expect(await error).toMatchObject({ code: "WAIT_TIMEOUT", outcome: "unknown", votes });
  });

  test("of the last one to leave, whose request is still under way", async () => {
    const provider = faultyProvider();
    provider.faults.acquire = () => new Promise<never>(() => undefined);
    const locks = createLocks({ provider });
    const errors = [500, 600].map((waitMs) => told(locks.acquire("a", { waitMs })));
    await provider.clock.advance(600);
    const outcomes = (await Promise.all(errors)).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(["not-applied", "unknown"]);
  });

  test("patience that is over gives every waiter an error of its own, all alike", async () => {
    const provider = faultyProvider();
    const votes: readonly Vote[] = [{ member: "one", answer: "unknown" }];
    const cause = new Error("the driver's");
    const fault = new LockError("BACKEND_UNAVAILABLE", "away", {
      ...{ lockName: "a", outcome: "unknown", votes, cause, why: "because" },
    });
    provider.faults.acquire = () => Promise.reject(fault);
    const locks = createLocks({ provider, unavailableMs: 100 });
    const waits = [locks.acquire("a"), locks.acquire("a")].map(settled);
    await provider.clock.advance(1_000);
    const errors = (await Promise.all(waits)).map(({ error }) => error);
    expect(new Set([...errors, fault]).size).toBe(3);
    for (const error of errors) {
      expect(error).toMatchObject({ code: "BACKEND_UNAVAILABLE", message: "away" });
      expect(error).toMatchObject({ lockName: "a", outcome: "unknown", votes, why: "because" });
      expect(error?.cause).toBe(cause);
    }
  });
});

describe("of a lease", () => {
  async function leased(options = {}): Promise<{
    provider: FaultyProvider;
    locks: ReturnType<typeof createLocks>;
    lease: Awaited<ReturnType<ReturnType<typeof createLocks>["acquire"]>>;
  }> {
    const provider = faultyProvider();
    const locks = createLocks({ provider, ttlMs: 3_000, renew: false, ...options });
    return { provider, locks, lease: await locks.acquire("a") };
  }

  test("that expired: its signal, its calls, and their cause", async () => {
    const { provider, lease } = await leased();
    await provider.clock.advance(3_000);
    const expired = {
      ...nothing,
      code: "LEASE_LOST",
      message: 'lease of "a" was lost: expired',
      lockName: "a",
      outcome: "not-applied",
      why: "expired",
    };
    const { reason } = lease.signal;
    expect(await told(Promise.reject(reason))).toEqual(expired);
    for (const call of [() => lease.assertValid(), () => lease.renew()]) {
      const error = await told0(call);
      expect({ ...error, cause: undefined }).toEqual(expired);
      expect(error["cause"]).toBe(reason);
    }
  });

  test.each(["released", "detached"])("that was %s", async (why) => {
    const { lease } = await leased();
    if (why === "released") await lease.release();
    else lease.detach();
    for (const call of [() => lease.assertValid(), () => lease.renew(), () => lease.detach()]) {
      expect(await told0(call)).toEqual({
        ...nothing,
        code: "LEASE_LOST",
        message: `lease of "a" was ${why}`,
        lockName: "a",
        outcome: "not-applied",
        why,
      });
    }
  });

  test("whose renewal was not answered", async () => {
    const { provider, lease } = await leased();
    const fault = unknownFault();
    const renewals = [
      [() => Promise.reject(fault), fault],
      [() => Promise.reject(new Error("a driver's")), undefined],
    ] as const;
    for (const [renew, cause] of renewals) {
      provider.faults.renew = renew;
      expect(await told(lease.renew())).toEqual({
        ...nothing,
        code: "BACKEND_UNAVAILABLE",
        message: 'the renewal of lock "a" was not answered; its old deadline stands',
        lockName: "a",
        outcome: "unknown",
        cause,
      });
    }
  });

  test("that ended while its renewal was under way", async () => {
    const { provider, lease } = await leased();
    let answer: () => void = () => undefined;
    provider.faults.renew = (_, real) => new Promise((resolve) => (answer = () => resolve(real())));
    const error = told(lease.renew());
    await lease.release();
    answer();
    expect(await error).toEqual({
      ...nothing,
      code: "LEASE_LOST",
      message: 'lock "a" is no longer held',
      lockName: "a",
      outcome: "not-applied",
      why: "ended",
    });
  });

  test("that was held for as long as it may", async () => {
    const { provider, lease } = await leased({ maxHoldMs: 1_000 });
    await provider.clock.advance(999);
    await lease.renew();
    await provider.clock.advance(1);
    expect(await told(lease.renew())).toEqual({
      ...nothing,
      code: "LIMIT_EXCEEDED",
      message: 'lease of "a" reached maxHoldMs and is not renewed',
      lockName: "a",
      outcome: "not-applied",
    });
  });

  test("that cannot be detached", async () => {
    const provider = faultyProvider();
    const capabilities = { ...provider.capabilities, transferable: false };
    const locks = createLocks({ provider: { ...provider, capabilities } });
    const lease = await locks.acquire("a");
    expect(await told0(() => lease.detach())).toEqual({
      ...nothing,
      code: "UNSUPPORTED",
      message: "a lease of provider faulty cannot be detached: it ends with its session",
      lockName: "a",
      outcome: "not-applied",
    });
    lease.assertValid();
  });

  test("that was passed on too often to be detached", async () => {
    const { provider, locks, lease } = await leased({ renew: true });
    let ticket = lease.detach();
    let last = lease;
    for (let index = 1; index <= 63; index += 1) {
      last = await locks.adopt(ticket);
      if (index < 63) ticket = last.detach();
    }
    expect(await told0(() => last.detach())).toEqual({
      ...nothing,
      code: "LIMIT_EXCEEDED",
      message: 'lease of "a" was passed on 63 times; release it',
      lockName: "a",
      outcome: "not-applied",
    });
    expect(provider.releases).toHaveLength(0);
  });
});

describe("of an adoption", () => {
  async function ticketOf() {
    const provider = faultyProvider();
    const locks = createLocks({ provider, ttlMs: 3_000 });
    return { provider, locks, ticket: (await locks.acquire("a")).detach() };
  }

  test("of a lease that had ended", async () => {
    const { provider, locks, ticket } = await ticketOf();
    provider.faults.renew = async () => [{ status: "lost", why: "deleted" }];
    expect(await told(locks.adopt(ticket))).toEqual({
      ...nothing,
      code: "LEASE_LOST",
      message: 'lease of "a" had ended before it was adopted: deleted',
      lockName: "a",
      outcome: "not-applied",
      why: "deleted",
    });
  });

  test("that was not answered, with a cause that is a LockError or none", async () => {
    const { provider, locks, ticket } = await ticketOf();
    const fault = refusedConnection();
    const renewals = [
      [() => Promise.reject(fault), fault],
      [() => Promise.reject(new Error("a driver's")), undefined],
      [async () => [], undefined],
    ] as const;
    for (const [renew, cause] of renewals) {
      provider.faults.renew = renew;
      expect(await told(locks.adopt(ticket))).toEqual({
        ...nothing,
        code: "BACKEND_UNAVAILABLE",
        message: 'the adoption of lock "a" was not answered',
        lockName: "a",
        outcome: "unknown",
        cause,
      });
    }
  });

  test("that was answered too late is given back", async () => {
    const { provider, locks, ticket } = await ticketOf();
    provider.faults.renew = (_, real) => {
      const outcomes = real();
      return new Promise((resolve) => provider.clock.setTimer(3_000, () => resolve(outcomes)));
    };
    const error = told(locks.adopt(ticket));
    await provider.clock.advance(3_000);
    expect(await error).toMatchObject({ code: "LEASE_LOST", why: "expired" });
    expect(provider.releases).toMatchObject([{ holderId: ticket.holderId, inDoubt: false }]);
  });

  test("a second time", async () => {
    const { locks, ticket } = await ticketOf();
    await locks.adopt(ticket);
    expect(await told(locks.adopt(ticket))).toEqual({
      ...nothing,
      code: "LEASE_LOST",
      message: 'lease of "a" was adopted with this ticket already',
      lockName: "a",
      outcome: "not-applied",
      why: "adopted already",
    });
  });
});

describe("of a limit", () => {
  test.each([
    ["waitersPerNameMax", "2 acquires are waiting (limits.waitersPerNameMax)"],
    ["waitersMax", "2 acquires are waiting (limits.waitersMax)"],
  ])("%s", async (limit, message) => {
    const provider = faultyProvider();
    await createLocks({ provider }).acquire("a");
    const locks = createLocks({ provider, limits: { [limit]: 2 } });
    const waits = [1, 2].map(() => settled(locks.acquire("a", { waitMs: 50 })));
    expect(await told(locks.acquire("a"))).toEqual({
      ...nothing,
      code: "LIMIT_EXCEEDED",
      message,
      lockName: "a",
      outcome: "not-applied",
    });
    await provider.clock.advance(50);
    await Promise.all(waits);
  });

  test("leasesMax, asked and granted", async () => {
    const provider = faultyProvider();
    const locks = createLocks({ provider, limits: { leasesMax: 1 } });
    const answers = await Promise.allSettled([locks.acquire("a"), locks.acquire("b")]);
    const limit = {
      ...nothing,
      code: "LIMIT_EXCEEDED",
      message: "1 leases are held (limits.leasesMax)",
      lockName: "b",
      outcome: "not-applied",
    };
    expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    const [, second] = answers as [unknown, PromiseRejectedResult];
    expect(await told(Promise.reject(second.reason))).toEqual(limit);
    expect(await told(locks.acquire("b"))).toEqual(limit);
  });

  test("inDoubtMax", async () => {
    const provider = faultyProvider();
    const locks = createLocks({ provider, limits: { inDoubtMax: 1 } });
    provider.faults.acquire = () => Promise.reject(unknownFault());
    provider.faults.release = () => new Promise<never>(() => undefined);
    await settled(locks.tryAcquire("a"));
    expect(await told(locks.acquire("b"))).toEqual({
      ...nothing,
      code: "LIMIT_EXCEEDED",
      message:
        '1 operations have an unknown outcome (limits.inDoubtMax); lock "b" was not asked for',
      lockName: "b",
      outcome: "not-applied",
    });
  });
});
