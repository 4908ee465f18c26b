import { expect, test } from "vitest";
import { measured, RUN_MS_MAX } from "./measured.ts";

/** What the other process wrote while the holder stood still. */
const WRITES = 10;
const exactly = (value: number): object => ({ median: value, min: value, max: value, rounds: 1 });

test(
  "a holder that was stopped overwrites what came after it, unless its token is looked at",
  async () => {
    const results = await measured(
      ...["--scenarios", "pause", "--strategies", "redis-ioredis,raw-ioredis,memory"],
      ...["--rounds", "1"],
    );
    // A lock inside one process stops with its process.
    expect(results.map(({ strategy }) => strategy)).toEqual(["redis-ioredis", "raw-ioredis"]);
    const [holdfast, raw] = results.map(({ metrics }) => metrics);
    expect(holdfast).toMatchObject({
      lostWrites: exactly(WRITES),
      lostWritesFenced: exactly(0),
      toldMs: { rounds: 1 },
    });
    expect(holdfast?.["toldMs"]?.median).toBeGreaterThan(0);
    expect(raw).toMatchObject({ lostWrites: exactly(WRITES) });
    expect(raw).not.toHaveProperty("lostWritesFenced");
    expect(raw).not.toHaveProperty("toldMs");
  },
  RUN_MS_MAX,
);
