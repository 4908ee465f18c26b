import { subscribe } from "node:diagnostics_channel";
import { connectProvider } from "@holdfast/config";
import { createLocks, LockError } from "@holdfast/core";

/**
 * One program that knows no backend: it takes what is configured, with two `Locks` on it that stand for two
 * programs, and prints what it was given, told and refused, as JSON.
 */
const TTL_MS = 3_000;
const told = [];
// Nothing of a lease keeps a process alive, and this one waits for a loss.
const alive = setInterval(() => {}, TTL_MS);
for (const event of ["wait", "granted", "released", "lost"]) {
  subscribe(`holdfast:${event}`, ({ name, code, outcome, handedOn, why }) => {
    const loss = why === undefined ? undefined : "lost";
    told.push([event, name, code, outcome, handedOn, loss].filter((it) => it !== undefined));
  });
}

/** Of a lock for which nobody waits, every attempt and renewal is told: how one waits is the backend's affair. */
const QUIET = "quiet";
subscribe("holdfast:attempt", ({ name, answer, code, outcome }) => {
  if (name === QUIET) told.push(["attempt", name, answer, `${code}`, `${outcome}`]);
});
subscribe("holdfast:renewed", ({ name, status }) => {
  if (name === QUIET) told.push(["renewed", name, status]);
});

/**
 * What a promise comes to: its value, or the code of its error. Not the outcome: whether a wait that ended was in
 * the backend's own queue, and so is in doubt for a moment, is the backend's affair.
 */
async function result(promise) {
  try {
    return await promise;
  } catch (error) {
    if (!LockError.is(error)) return error.name;
    return error.code;
  }
}

/** The code of an error and its outcome, where no wait is part of it. */
async function refusal(promise) {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  return `${error?.code} ${error?.outcome}`;
}

const { provider, options } = await connectProvider(undefined, { ttlMs: TTL_MS });
const locks = createLocks(options);
const others = createLocks(options);
const results = {};

const first = await locks.acquire("held");
results.refusedToOthers = await others.tryAcquire("held");
results.refusedToItself = await locks.tryAcquire("held");
results.waitedInVain = await result(others.acquire("held", { waitMs: 50 }));
results.oneAttempt = await result(others.acquire("held", { waitMs: 0 }));
results.aborted = await result(others.acquire("held", { signal: AbortSignal.timeout(50) }));
results.inspected = (await others.inspect("held")).held;
results.renewed = typeof (await first.renew());
results.released = await first.release();
results.releasedTwice = await first.release();
results.free = (await others.inspect("held")).held;

const turns = [];
const turn = (who) => async (lease) => {
  turns.push(who);
  return lease.fencingToken;
};
const holder = await locks.acquire("order");
const waiting = ["a", "b", "c"].map((who) => locks.using("order", turn(who)));
const afar = others.using("afar", turn("d"));
await holder.release();
const tokens = [holder.fencingToken, ...(await Promise.all(waiting))];
await afar;
results.order = turns.filter((who) => who !== "d");
results.tokensRise = tokens.every((token, at) => at === 0 || token > tokens[at - 1]);
results.value = await locks.using("value", () => 42);
results.error = await result(locks.using("error", () => Promise.reject(new RangeError("work"))));

const handed = await locks.acquire("handed");
const taken = others.acquire("handed");
await handed.release();
const successor = await taken;
results.successorIsLater = successor.fencingToken > handed.fencingToken;
await successor.release();

const victim = await locks.acquire("broken");
const lost = new Promise((resolve) => victim.signal.addEventListener("abort", resolve));
results.broken = await others.breakLock("broken", { any: true });
await lost;
results.loss = victim.signal.reason.code;
results.lostRenewal = await result(victim.renew());
results.lostRelease = await victim.release();

const alone = { ttlMs: 60_000, renew: false };
const quiet = await locks.acquire(QUIET, alone);
results.quietRefused = await others.tryAcquire(QUIET, alone);
await quiet.renew();
results.quietReleased = await quiet.release();
results.brokenRenewal = await refusal(victim.renew());
results.abortedBefore = await refusal(locks.acquire("never", { signal: AbortSignal.abort() }));

results.badName = await result(locks.acquire(""));
results.longTtl = await result(locks.acquire("long", { ttlMs: 700_000 }));
results.ping = await result(locks.ping());

const left = await locks.acquire("left");
results.inDoubt = (await locks.close()).inDoubt;
results.closed = left.signal.reason.code;
results.afterClose = await result(locks.acquire("after"));
results.refusedAfterClose = await refusal(locks.tryAcquire("after"));
await others.close();
await provider[Symbol.asyncDispose]();
clearInterval(alive);

const events = {};
for (const event of told) {
  events[event[1]] ??= [];
  events[event[1]].push(event);
}
// The answer to a release and the grant to the next cross each other on their ways.
events.handed.sort((a, b) => a.join().localeCompare(b.join()));
process.stdout.write(JSON.stringify({ results, events }));
