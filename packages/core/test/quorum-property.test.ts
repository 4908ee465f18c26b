import fc from "fast-check";
import { expect, test } from "vitest";
import type { Grant, Refusal } from "../src/index.ts";
import { settled } from "./faulty-provider.ts";
import {
  at,
  attempt,
  type Behaviour,
  type FaultyMember,
  giveBack,
  granted,
  holders,
  releasesOf,
  testQuorum,
} from "./quorum-members.ts";

/** What a member does in one attempt; `late` answers after so many milliseconds. */
type Part = Exclude<Behaviour, "stopped"> | "held" | "abstaining" | { readonly late: number };

const TIMEOUT_MS = 100;

const part: fc.Arbitrary<Part> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Part>("up") },
  fc.constantFrom<Part>("down", "silent", "mute", "cut", "held", "abstaining"),
  fc.record({ late: fc.integer({ min: 1, max: 3 * TIMEOUT_MS }) }),
);

interface Script {
  readonly parts: readonly Part[];
  readonly inDoubt: boolean;
}

const script: fc.Arbitrary<Script> = fc.record({
  parts: fc.array(part, { minLength: 1, maxLength: 7 }),
  inDoubt: fc.boolean(),
});

/** Has the answer that a vote in time has. */
function isIn(value: Part, ...parts: readonly Part[]): boolean {
  return parts.includes(value);
}

function votesFor(value: Part): boolean {
  return value === "up" || (typeof value === "object" && value.late < TIMEOUT_MS);
}

async function play(member: FaultyMember, value: Part): Promise<void> {
  if (value === "held") await granted(member.inner.tryAcquire(attempt("another")));
  else if (value === "abstaining") {
    member.faults.acquire = () => ({ granted: false, why: "abstaining" });
  } else if (typeof value === "object") {
    const { clock, faults } = member;
    const up = faults.acquire;
    faults.acquire = (request, real) =>
      new Promise<Grant | Refusal>((resolve, reject) => {
        const arrive = async () => (await up?.(request, real)) ?? real();
        clock.setTimer(value.late, () => void arrive().then(resolve, reject));
      });
  } else member.behave(value);
}

/** Grants with a majority of votes in time and with nothing else; never before, never later. */
test("G-01 whatever the members do, a majority of votes in time is what grants", async () => {
  await fc.assert(
    fc.asyncProperty(script, async ({ parts }) => {
      const { clock, members, provider } = testQuorum(parts.length, {
        memberTimeoutMs: TIMEOUT_MS,
      });
      for (const [index, value] of parts.entries()) await play(at(members, index), value);
      const majority = Math.floor(parts.length / 2) + 1;
      const answer = provider.tryAcquire(attempt("mine"));
      await clock.advance(TIMEOUT_MS);
      const { value } = await Promise.race([settled(answer), clock.advance(0).then(unsettled)]);
      const { granted: isGranted } = value as Grant | Refusal;
      expect(isGranted).toBe(parts.filter(votesFor).length >= majority);
      if (isGranted) return;
      const { why } = value as Refusal;
      const heldCount = parts.filter((one) => one === "held").length;
      // Without anybody that holds it, nobody is in the way.
      if (heldCount === 0) expect(why).toBe("no-quorum");
      if (parts.every((one) => isIn(one, "held", "up"))) expect(why).toBe("held");
    }),
    { seed: 20261121, numRuns: 400 },
  );
});

test("G-06 whatever the members do, a release leaves nothing of its holder anywhere", async () => {
  await fc.assert(
    fc.asyncProperty(script, async ({ parts, inDoubt }) => {
      const { clock, members, provider } = testQuorum(parts.length, {
        memberTimeoutMs: TIMEOUT_MS,
      });
      for (const [index, value] of parts.entries()) await play(at(members, index), value);
      const mine = attempt("mine", { ttlMs: 60_000 });
      const answer = settled(provider.tryAcquire(mine));
      if (!inDoubt) await clock.advance(TIMEOUT_MS);
      const isGranted = ((await (inDoubt ? undefined : answer))?.value as Grant | undefined)
        ?.granted;
      if (inDoubt || isGranted) void provider.release(giveBack(mine, inDoubt));
      await clock.advance(2 * TIMEOUT_MS);
      for (const member of members) member.resume();
      // Far below the ttl: nothing has ended by itself.
      await clock.advance(8_000);
      await answer;
      const left = parts.flatMap((value, index) => (value === "held" ? [index + 1] : []));
      expect(await holders(members)).toEqual(left);
      expect(clock.pendingTimers).toBe(0);
    }),
    { seed: 20261122, numRuns: 400 },
  );
});

test("G-05 whatever the members do, who refused is told nothing, and who granted is told once", async () => {
  await fc.assert(
    fc.asyncProperty(script, async ({ parts }) => {
      const { clock, members, provider } = testQuorum(parts.length, {
        memberTimeoutMs: TIMEOUT_MS,
      });
      for (const [index, value] of parts.entries()) await play(at(members, index), value);
      const mine = attempt("mine");
      const answer = provider.tryAcquire(mine);
      await clock.advance(15 * TIMEOUT_MS);
      if ((await answer).granted) {
        void provider.release(giveBack(mine));
        await clock.advance(15 * TIMEOUT_MS);
      }
      const told = releasesOf(members, "mine");
      for (const [index, value] of parts.entries()) {
        if (isIn(value, "down", "held", "abstaining")) expect(told[index]).toBe("");
        if (value === "up") expect(told[index]).toBe("plain");
        if (isIn(value, "silent", "mute", "cut")) expect(told[index]).toMatch(/doubt/);
      }
    }),
    { seed: 20261123, numRuns: 400 },
  );
});

function unsettled(): never {
  throw new Error("the attempt has not settled when the members' time was up");
}
