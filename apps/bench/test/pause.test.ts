import { expect, test } from "vitest";
import { measured, RUN_MS_MAX } from "./measured.ts";

/** What the other process wrote while the holder stood still. */
const WRITES = 10;
const exactly = (value: number): object => ({ median: value, min: value, max: value, rounds: 1 });

test(
  "a holder that was stopped overwrites what came after it, unless its token is looked at",
  async () => {
    const results = await measured(
      ...["--scenarios", "pause", "--strategies", "redis-ioredis,raw-ioredis,raw-pg,memory"],
      ...["--rounds", "1"],
    );
    // A lock inside one process stops with its process.
    const [holdfast, raw, session, ...others] = results.map(({ metrics }) => metrics);
    expect(others).toEqual([]);
    expect(holdfast).toMatchObject({
      lostWrites: exactly(WRITES),
      lostWritesFenced: exactly(0),
      toldMs: { rounds: 1 },
      takeoverMs: { rounds: 1 },
    });
    expect(holdfast?.["toldMs"]?.median).toBeGreaterThan(0);
    expect(raw).toMatchObject({ lostWrites: exactly(WRITES), takeoverMs: { rounds: 1 } });
    expect(raw).not.toHaveProperty("lostWritesFenced");
    expect(raw).not.toHaveProperty("toldMs");
    // A session is kept while its process is stopped, so nobody else had the lock.
    expect(session).toMatchObject({ lostWrites: exactly(0) });
    expect(session).not.toHaveProperty("takeoverMs");

    const [told, untold, kept] = results.map(({ details }) => details?.pauses?.[0]);
    expect(told).toMatchObject({ lostWrites: WRITES });
    expect(told?.takenOverMs).toBeGreaterThan(0);
    expect(told?.resumedMs).toBeGreaterThan(told?.takenOverMs ?? Number.NaN);
    expect(told?.toldMs).toBeGreaterThan(told?.resumedMs ?? Number.NaN);
    expect(untold).toMatchObject({ lostWrites: WRITES, toldMs: null });
    expect(kept).toMatchObject({ lostWrites: 0, takenOverMs: null, toldMs: null });
  },
  RUN_MS_MAX,
);
