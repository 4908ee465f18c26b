import { clockShim, ensureServers, type ServerKindName } from "@holdfast/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { faults } from "../src/faults.ts";
import type { Ground, GroundKind } from "../src/ground.ts";
import type { Bite } from "./bite.ts";
import { inflict } from "./inflict.ts";

const TIMEOUT_MS = 60_000;

interface BiteCases {
  readonly kind: GroundKind;
  readonly servers: ServerKindName;
  /** What faults take for the longest ttl in use: the longer, the longer they last. */
  readonly ttlMsMax: number;
  readonly bites: readonly Bite[];
}

/** Inflicts every fault of the backend's side that applies to a ground, each at its strongest. */
export async function describeBites(cases: BiteCases): Promise<void> {
  const { kind, servers, ttlMsMax, bites } = cases;
  const [found] = await ensureServers([servers]);
  if (found?.available === false) process.stderr.write(`${found.explanation}\n`);
  const hasClock = clockShim().available;

  describe.runIf(found?.available)(`faults on ${kind.backend}`, () => {
    let ground: Ground;

    beforeAll(async () => {
      ground = await kind.start();
    }, TIMEOUT_MS);

    afterAll(async () => {
      await ground[Symbol.asyncDispose]();
    }, TIMEOUT_MS);

    test("each kind that applies has an effect that is looked for here, and no other has", () => {
      const applicable = faults.filter(({ side, appliesTo }) => {
        return side === "backend" && appliesTo(ground) === true;
      });
      const looked = bites.filter(({ needsClock = false }) => hasClock || !needsClock);
      expect(looked.map(({ id }) => id).sort()).toEqual(applicable.map(({ id }) => id).sort());
    });

    for (const bite of bites) {
      const canRun = hasClock || bite.needsClock !== true;
      const without = canRun ? "" : " (skipped: no C compiler)";
      test.runIf(canRun)(
        `${bite.id} bites, and all is well afterwards${without}`,
        () => checkBite(bite, ground, ttlMsMax),
        TIMEOUT_MS,
      );
    }
  });
}

async function checkBite(bite: Bite, ground: Ground, ttlMsMax: number): Promise<void> {
  const fault = faults.find(({ id }) => id === bite.id);
  if (fault === undefined) throw new Error(`there is no fault ${bite.id}`);
  await bite.before?.(ground);
  const { seen } = await inflict(fault, ground, ttlMsMax);
  const [first, ...others] = seen;
  if (first === undefined) throw new Error("the ground has no member");
  bite.seen?.(first, others);
  await bite.after?.(ground);
}
