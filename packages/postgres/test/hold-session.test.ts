import { type PostgresServer, startPostgres } from "@holdfast/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HoldSession } from "../src/hold-session.ts";
import { postgresSettings } from "../src/postgres-options.ts";
import { Session } from "../src/session.ts";

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(async () => {
  await server.stop();
});

/** A session of the shortest class, with a lease of a second. */
async function holdSession(): Promise<HoldSession> {
  const settings = postgresSettings({ url: server.url });
  const session = await Session.open(settings, 1_000);
  return new HoldSession(session, settings, { validMs: 1_000, isNeeded: () => true });
}

/** What the server ends it by. */
async function idleTimeoutMs(hold: HoldSession): Promise<number> {
  const text = "SELECT setting FROM pg_settings WHERE name = 'idle_session_timeout'";
  const { result } = await hold.query({ text, rowMode: "array" });
  return Number(result.rows[0]?.[0]);
}

describe("a session that several ttl classes share", () => {
  test("G-01 is never kept by the server for less than its holders count on", async () => {
    const hold = await holdSession();
    const counted: number[] = [];
    const kept: number[] = [];
    const raises = [64_000, 4_000, 32_000, 128_000, 2_000].map(async (validMs) => {
      await hold.raise(validMs);
      counted.push(hold.validMs);
      kept.push(await idleTimeoutMs(hold));
    });
    await Promise.all(raises);
    expect(counted).toEqual([...counted].sort((one, other) => one - other));
    for (const [index, validMs] of counted.entries()) {
      expect(kept[index]).toBeGreaterThanOrEqual(validMs);
    }
    expect(hold.validMs).toBe(128_000);
    expect(await idleTimeoutMs(hold)).toBe(128_000);
    hold.stop();
    await hold.session.close();
  });
});

test("G-07 a session that is busy with locks cancels a wait in its turn all the same", async () => {
  const hold = await holdSession();
  let isOver = false;
  const cycle = async (key: string): Promise<void> => {
    while (!isOver) {
      await new Promise<void>((resolve) => {
        const answered = (): void => resolve();
        hold.try({ key, isCancelled: false, isSent: false, answered, failed: answered });
      });
      await hold.unlock(key);
    }
  };
  const cycles = Array.from({ length: 64 }, (_, index) => cycle(String(index)));
  for (let count = 0; count < 3; count += 1) await idleTimeoutMs(hold);
  isOver = true;
  await Promise.all(cycles);
  hold.stop();
  await hold.session.close();
});

test("G-03 a proof that leaves with a statement that fails is one all the same", async () => {
  const hold = await holdSession();
  const busy = hold.query({ text: "SELECT pg_sleep(0.05)", rowMode: "array" });
  const failed = hold.query({ text: "SELECT 1 / 0", rowMode: "array" });
  const proof = hold.prove();
  await expect(failed).rejects.toMatchObject({ fault: { reason: "22012" } });
  expect(await proof).toBeGreaterThan((await busy).sentAtMs);
  hold.stop();
  await hold.session.close();
});

test("G-12 a session that is closed on a server that stands still is cut off", async () => {
  await using still = await startPostgres();
  const settings = postgresSettings({ url: still.url, commandTimeoutMs: 300 });
  const session = await Session.open(settings, 0);
  await still.pause();
  await session.close();
  expect(session.isEnded).toBe(true);
});
