import { expect } from "vitest";
import type { Ground } from "../src/ground.ts";
import type { Observations } from "./probe.ts";

/** How a fault shows. */
export interface Bite {
  readonly id: string;
  /** Whether it needs a clock that can be moved. */
  readonly needsClock?: boolean;
  before?(ground: Ground): Promise<void>;
  /** What the client of the first member saw, and those of the others. */
  seen?(first: Observations, others: readonly Observations[]): void;
  after?(ground: Ground): Promise<void>;
}

/** A question failed with words like these, and not one of another member. */
export function fails(id: string, pattern: RegExp): Bite {
  return {
    id,
    seen(first, others) {
      expect(first.errors.join("\n")).toMatch(pattern);
      for (const { errors } of others) expect(errors).toEqual([]);
    },
  };
}

/** An answer took that long, and none failed. */
export function takes(id: string, atLeastMs: number): Bite {
  return {
    id,
    seen({ errors, tookMsMax }) {
      expect(errors).toEqual([]);
      expect(tookMsMax).toBeGreaterThanOrEqual(atLeastMs);
    },
  };
}

/** Connections came to an end, at least that many times. */
export function closes(id: string, count: number): Bite {
  return {
    id,
    seen({ closedCount }) {
      expect(closedCount).toBeGreaterThanOrEqual(count);
    },
  };
}
