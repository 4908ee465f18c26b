import { describe, expect, test } from "vitest";
import { manualClock } from "../manual-clock.ts";
import { memory } from "../memory/memory-provider.ts";
import type { LockProvider, ReleaseOutcome } from "../provider.ts";
import { type Hold, newSeats } from "./hold.ts";
import { QuorumMember } from "./quorum-member.ts";
import { resolveQuorum } from "./quorum-options.ts";
import { releaseEverywhere } from "./release-round.ts";

const CLAIM = { name: "a", holderId: "mine", ttlMs: 1_000 };

/** What a member's release comes to; `none` had nothing of the holder and is not asked. */
type Answer = ReleaseOutcome | "none" | "later";

/** The answer of a release round over members that answer so, and what `later` ones answer then. */
function round(answers: readonly Answer[], inDoubt = false) {
  const clock = manualClock();
  const late: ((outcome: ReleaseOutcome) => void)[] = [];
  const providers = answers.map((answer): LockProvider => {
    const reply = (): ReleaseOutcome | Promise<ReleaseOutcome> =>
      answer === "later"
        ? new Promise((resolve) => late.push(resolve))
        : (answer as ReleaseOutcome);
    return { ...memory({ clock }), release: reply } as LockProvider;
  });
  const settings = resolveQuorum([memory({ clock })], {});
  const members = providers.map((one, index) => new QuorumMember(index, one, settings));
  const seats = newSeats(members, 0);
  for (const [index, seat] of seats.entries()) seat.isGranted = answers[index] !== "none";
  const isNothing = { isWon: true, isReleased: true, release: undefined, token: undefined };
  const hold: Hold = { name: "a", holderId: "mine", seats, endsAtMs: 1_000, ...isNothing };
  const majority = Math.floor(answers.length / 2) + 1;
  let outcome: ReleaseOutcome | "pending" = "pending";
  void releaseEverywhere(hold, { ...CLAIM, inDoubt }, majority).then((said) => {
    outcome = said;
  });
  return {
    clock,
    async outcome(): Promise<ReleaseOutcome | "pending"> {
      await clock.advance(0);
      return outcome;
    },
    answer: (said: ReleaseOutcome) => late.shift()?.(said),
  };
}

describe("a release of the quorum", () => {
  test.each([
    [["released", "released", "released"], "released"],
    [["released", "released", "none"], "released"],
    [["released", "absent", "absent"], "absent"],
    [["released", "none", "none"], "absent"],
    [["absent", "none", "later"], "absent"],
    [["released", "released", "later"], "released"],
    [["released", "absent", "later"], "pending"],
    [["released", "later", "later"], "pending"],
    [["absent", "later", "later"], "pending"],
    [["none", "none", "none"], "absent"],
    [["released", "released", "absent", "absent"], "absent"],
    [["released", "released", "absent", "later"], "pending"],
    [["released", "released", "released", "later"], "released"],
    [["absent", "absent", "released", "released", "later"], "pending"],
    [["absent", "absent", "absent", "later", "later"], "absent"],
  ] as const)("of members that answer %j is %s", async (answers, wanted) => {
    expect(await round(answers).outcome()).toBe(wanted);
  });

  test("is unknown when nobody is left who could decide it", async () => {
    const made = round(["released", "absent", "later"]);
    made.answer("unknown");
    // The member is asked again until the ttl has passed.
    await made.clock.advance(2_000);
    expect(await made.outcome()).toBe("unknown");
  });

  test("in doubt waits for the last of them", async () => {
    const made = round(["released", "released", "later"], true);
    expect(await made.outcome()).toBe("pending");
    made.answer("absent");
    expect(await made.outcome()).toBe("released");
    const absent = round(["none", "absent", "later"], true);
    expect(await absent.outcome()).toBe("pending");
    absent.answer("absent");
    expect(await absent.outcome()).toBe("absent");
  });
});
