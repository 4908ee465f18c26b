import { describe, expect, test } from "vitest";
import type { Refusal } from "../src/index.ts";
import { electionScene, FREE, HELD, later, raised } from "./election-scene.ts";
import { settled } from "./faulty-provider.ts";

const SILENT = (): Promise<never> => new Promise<never>(() => undefined);

/** Members that grant these tokens; undefined is silent. */
async function granting(...tokens: readonly (bigint | undefined)[]) {
  const made = await electionScene(tokens.length);
  for (const [index, fencingToken] of tokens.entries()) {
    const answer = async (): Promise<typeof FREE> => ({ ...FREE, fencingToken });
    made.server(index + 1).acquire = fencingToken === undefined ? SILENT : answer;
  }
  return made;
}

/** Why each member gave no vote. */
function reasons(answer: unknown): (string | undefined)[] {
  return ((answer as Refusal).votes ?? []).map(({ why }) => why);
}

describe("a grant that comes in round two", () => {
  test("with a larger token than the others has no vote, and is not raised", async () => {
    const { clock, server, run } = await granting(5n, 9n, undefined);
    const late = later<typeof FREE>();
    server(1).renew = SILENT;
    server(3).acquire = () => late.promise;
    const answer = run();
    await clock.advance(1);
    late.resolve({ ...FREE, fencingToken: 12n });
    await clock.advance(500);
    expect(reasons(await answer)[2]).toBe(
      "it granted with a larger fencing token than the others, and too late",
    );
    expect(server(3).renewals).toEqual([]);
  });

  test("and is of no use any more is not raised: the next renewal does that, or the release", async () => {
    for (const isWon of [true, false]) {
      const { clock, server, run } = await granting(5n, 9n, undefined);
      const late = later<typeof FREE>();
      if (!isWon) server(1).renew = SILENT;
      server(3).acquire = () => late.promise;
      const answer = run();
      await clock.advance(500);
      expect((await answer).granted).toBe(isWon);
      late.resolve({ ...FREE, fencingToken: 5n });
      await clock.advance(0);
      expect(server(3).renewals).toEqual([]);
    }
  });
});

describe("round two that fails", () => {
  test("is held where those that hold it are the reason, whoever confirmed", async () => {
    const { clock, server, run } = await granting(9n, 5n, 5n, undefined, undefined);
    server(4).acquire = async () => HELD;
    for (const number of [2, 3]) {
      server(number).renew = async () => ({ status: "lost", why: "deleted" });
    }
    const answer = run();
    await clock.advance(0);
    expect(await answer).toMatchObject({ why: "held" });
  });

  test("tells of a member whose clock strayed meanwhile, though it confirmed", async () => {
    const { clock, host, server, run } = await granting(9n, 5n, undefined);
    const confirmation = later<ReturnType<typeof raised>>();
    server(2).renew = () => confirmation.promise;
    for (const member of [0, 1]) host.offsets.heard(member, 0, 0);
    const answer = run();
    await clock.advance(1);
    host.offsets.heard(0, 0, 3_600_000);
    confirmation.resolve(raised(9n));
    await clock.advance(500);
    expect(reasons(await answer)).toContain("its clock is too far from the others'");
  });
});

describe("a member whose time was up has no vote, though the election goes on with others", () => {
  /** Two clocks come together again just before the time is up, so that round two begins with it. */
  async function reconciled() {
    const made = await granting(9n, 5n, undefined);
    const late = later<typeof FREE>();
    made.server(2).renew = SILENT;
    made.server(3).acquire = () => late.promise;
    made.host.offsets.heard(0, 0, 0);
    made.host.offsets.heard(1, 0, 3_600_000);
    const answer = made.run();
    await made.clock.advance(499);
    made.host.offsets.heard(1, 0, 0);
    await made.clock.advance(1);
    expect(made.server(2).renewals).toHaveLength(1);
    return { ...made, late, answer };
  }

  test("by a grant", async () => {
    const { clock, server, late, answer } = await reconciled();
    late.resolve({ ...FREE, fencingToken: 5n });
    await clock.advance(500);
    expect(reasons(await answer)[2]).toBe("no answer within 500 ms");
    expect(server(3).renewals).toEqual([]);
  });

  test("by a fault", async () => {
    const { clock, late, answer } = await reconciled();
    late.reject(new Error("a driver's"));
    await clock.advance(500);
    expect(reasons(await answer)[2]).toBe("no answer within 500 ms");
  });
});

test("a member that is held when its time is up is not asked again, though the election goes on", async () => {
  const { clock, host, server, run, asked } = await electionScene(3, { memberTimeoutMs: 20 });
  server(1).acquire = async () => ({ ...FREE, fencingToken: 9n });
  server(2).renew = SILENT;
  server(3).acquire = async () => HELD;
  host.offsets.heard(0, 0, 0);
  host.offsets.heard(1, 0, 3_600_000);
  const answer = run({ isLed: true });
  await clock.advance(19);
  host.offsets.heard(1, 0, 0);
  await clock.advance(1);
  // It was asked after 5 and 15 ms, and would be after 35.
  expect([server(2).renewals.length, asked()]).toEqual([1, [1, 1, 3]]);
  await clock.advance(500);
  expect([(await answer).granted, asked()]).toEqual([false, [1, 1, 3]]);
});

test("a member that abstains is not asked again, whoever is leaving", async () => {
  const { clock, server, run, asked } = await electionScene();
  server(2).acquire = async () => ({ granted: false, why: "abstaining" });
  server(3).acquire = SILENT;
  const answer = run({ isLed: true });
  await clock.advance(500);
  expect(await answer).toMatchObject({ why: "no-quorum" });
  expect(asked()).toEqual([1, 1, 1]);
});

test("two members that are known to be one server are asked nothing", async () => {
  const { members, server, join, run, asked } = await electionScene(3, {}, [3]);
  server(3).identity = server(1).identity;
  const joining = members[2]?.join();
  await join(3);
  await joining;
  expect((await settled(run())).error).toMatchObject({
    code: "CONFIG_INVALID",
    outcome: "not-applied",
  });
  expect(asked()).toEqual([0, 0, 0]);
});

test("a refusal says when to ask again only where the holders say when they end", async () => {
  for (const retryAfterMs of [undefined, 300]) {
    const { server, run } = await electionScene();
    for (const number of [1, 2]) {
      server(number).acquire = async () => ({
        ...HELD,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      });
    }
    const answer = await run();
    expect("retryAfterMs" in answer).toBe(retryAfterMs !== undefined);
  }
});

test.each([
  [9_797, true],
  [9_798, false],
])("a grant has to be valid for longer than the least: %i ms", async (validityMsMin, isGranted) => {
  const { run } = await electionScene(3, { validityMsMin });
  expect((await run()).granted).toBe(isGranted);
});
