import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, expect, test } from "vitest";
import { createLocks } from "../src/index.ts";
import { faultyProvider, settled, unknownFault } from "./faulty-provider.ts";

const CHANNELS = ["attempt", "wait", "granted", "renewed", "lost", "released", "in-doubt"];
const unsubscribes: (() => void)[] = [];
afterEach(() => {
  for (const end of unsubscribes.splice(0)) end();
});

/** Everything published from now on, as `channel` and message. */
function record(): [string, Record<string, unknown>][] {
  const messages: [string, Record<string, unknown>][] = [];
  for (const name of CHANNELS) {
    const listener = (message: unknown) =>
      messages.push([name, message as Record<string, unknown>]);
    subscribe(`holdfast:${name}`, listener);
    unsubscribes.push(() => unsubscribe(`holdfast:${name}`, listener));
  }
  return messages;
}

test("every channel tells its part, and none a holderId", async () => {
  const messages = record();
  const provider = faultyProvider();
  const locks = createLocks({ provider, ttlMs: 3_000 });
  const lease = await locks.acquire("a");
  const next = locks.acquire("a");
  await provider.clock.advance(1_000);
  await lease.release();
  await (await next).release();
  provider.faults.acquire = () => Promise.reject(unknownFault());
  await settled(locks.tryAcquire("b"));
  await provider.clock.advance(100);
  delete provider.faults.acquire;
  await locks.acquire("c", { renew: false });
  await provider.clock.advance(3_000);
  expect(new Set(messages.map(([channel]) => channel))).toEqual(new Set(CHANNELS));
  const text = JSON.stringify(messages, (_, value) =>
    typeof value === "bigint" ? value.toString() : value,
  );
  for (const { holderId } of provider.acquires) expect(text).not.toContain(holderId);
});

test("a hand-off inside the process shows as one release and one grant", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider });
  const lease = await locks.acquire("a");
  const next = locks.acquire("a");
  const messages = record();
  await lease.release();
  await next;
  expect(messages.map(([channel]) => channel)).toEqual(["released", "granted"]);
  expect(messages[0]?.[1]).toMatchObject({ handedOn: true });
  expect(messages[1]?.[1]).toMatchObject({ localIndex: 1, fencingToken: 65n });
});
