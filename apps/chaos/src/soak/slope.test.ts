import { describe, expect, test } from "vitest";
import type { MemorySample } from "./memory-sample.ts";
import { slopeOf } from "./slope.ts";

const MIB = 2 ** 20;

describe("the slope of a heap", () => {
  test("is what every cycle leaves behind", () => {
    const slope = slopeOf(samples(1_000_000, (cycles) => 5 * MIB + 3 * cycles));
    expect(slope.leastSquares).toBeCloseTo(3, 6);
    expect(slope.median).toBeCloseTo(3, 6);
    expect(slope.verdict).toBe("leaks");
  });

  test("is flat where a long run leaves nothing", () => {
    const slope = slopeOf(
      samples(1_000_000, (cycles) => 5 * MIB + (((cycles / 50_000) * 17_389) % 50_000)),
    );
    expect(slope.verdict).toBe("flat");
    expect(Math.abs(slope.median)).toBeLessThan(0.1);
  });

  test("is one byte a cycle at a leak of one byte, and no less", () => {
    expect(slopeOf(samples(1_000_000, (cycles) => MIB + cycles)).verdict).toBe("leaks");
    expect(slopeOf(samples(1_000_000, (cycles) => MIB + 0.9 * cycles)).verdict).toBe("flat");
  });

  test("counts what buffers hold outside the heap", () => {
    const leaking = samples(1_000_000, () => MIB).map((sample) => ({
      ...sample,
      externalBytes: 2 * sample.cycles,
    }));
    expect(slopeOf(leaking).verdict).toBe("leaks");
  });

  test("moves with one outlier by least squares, and not by the median", () => {
    const slope = slopeOf(samples(1_000_000, (cycles) => (cycles > 980_000 ? 40 * MIB : 5 * MIB)));
    expect(slope.leastSquares).toBeGreaterThan(1);
    expect(slope.median).toBe(0);
  });

  test("of a short run tells a large leak, and nothing of a flat line", () => {
    expect(slopeOf(samples(5_000, (cycles) => MIB + 500 * cycles)).verdict).toBe("leaks");
    expect(slopeOf(samples(5_000, (cycles) => MIB + 5 * cycles)).verdict).toBe("too-short");
    expect(slopeOf(samples(5_000, () => MIB)).verdict).toBe("too-short");
  });

  test("is nothing through too few samples", () => {
    expect(slopeOf([]).verdict).toBe("too-short");
    expect(slopeOf(samples(1_000_000, () => MIB).slice(0, 4)).verdict).toBe("too-short");
  });
});

/** Twenty of them, evenly up to `cyclesMax`. */
function samples(cyclesMax: number, heapBytes: (cycles: number) => number): MemorySample[] {
  return Array.from({ length: 20 }, (_, index) => {
    const cycles = ((index + 1) * cyclesMax) / 20;
    return { cycles, heapBytes: heapBytes(cycles), externalBytes: 0, residentBytes: 0 };
  });
}
