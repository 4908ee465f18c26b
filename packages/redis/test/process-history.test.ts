import { cases, factsOf, type Harness, runCase, type WitnessEvent } from "@holdfast/conformance";
import { checkAll } from "@holdfast/history";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drivers } from "./drivers.ts";
import { redisHarness } from "./harness.ts";

type CheckHistory = NonNullable<Harness["checkHistory"]>;

let harness: Harness;
beforeAll(async () => {
  const [driver] = drivers;
  if (driver === undefined) throw new Error("there is no driver");
  harness = { name: driver.name, ...(await redisHarness(driver)) };
});
afterAll(() => harness.close?.());

/** Runs a case of several processes with a check of its own. */
async function runWith(id: string, checkHistory: CheckHistory): Promise<void> {
  const found = cases.find((each) => each.id === id);
  if (found === undefined) throw new Error(`there is no case ${id}`);
  await runCase(found, await factsOf(harness), { ...harness, checkHistory });
}

/** What the processes of a case saw. */
async function historyOf(id: string): Promise<readonly WitnessEvent[]> {
  let history: readonly WitnessEvent[] = [];
  await runWith(id, (events) => {
    history = events;
    return [];
  });
  return history;
}

function times(history: readonly WitnessEvent[], operation: string, phase: string): number[] {
  return history
    .filter((event) => event.operation === operation && event.phase === phase)
    .map(({ atNs }) => atNs);
}

test("G-01 every lock that the processes of a case took is in its history, on one clock", async () => {
  const history = await historyOf("process-counter");
  expect(new Set(history.map(({ process }) => process)).size).toBe(3);
  for (const operation of ["acquire", "release"]) {
    for (const phase of ["invoke", "ok"]) expect(times(history, operation, phase)).toHaveLength(75);
  }
  expect(checkAll(history)).toEqual([]);
  const [first, second] = history.filter((it) => it.operation === "acquire" && it.phase === "ok");
  const tooEarly = history.map((event) =>
    event.hold === second?.hold && event.operation === "acquire"
      ? { ...event, atNs: first?.atNs ?? 0 }
      : event,
  );
  expect(checkAll(tooEarly).map(({ checker }) => checker)).toContain("exclusion");
});

test("G-02 pauses, losses and deaths of processes are in the history of their case", async () => {
  const paused = await historyOf("process-paused-holder");
  const [pause = 0, resume = 0] = [
    times(paused, "pause", "ok")[0],
    times(paused, "resume", "ok")[0],
  ];
  const [lost = 0] = times(paused, "lost", "ok");
  expect(pause).toBeLessThan(resume);
  expect(resume).toBeLessThan(lost);
  const killed = await historyOf("process-killed-holder");
  expect(times(killed, "renew", "ok").length).toBeGreaterThan(0);
  const [[, granted = 0], [died = 0]] = [
    times(killed, "acquire", "ok"),
    times(killed, "crash", "ok"),
  ];
  expect(died).toBeLessThan(granted);
});

test("a case whose history is wrong fails with what is said of it", async () => {
  const wrong = runWith("process-terminated-holder", () => ["two holders"]);
  await expect(wrong).rejects.toThrow("two holders");
});
