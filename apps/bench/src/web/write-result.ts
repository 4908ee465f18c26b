import { renameSync, writeFileSync } from "node:fs";
import type { Measured } from "../cli/measure.ts";
import { effortOf, type Plan } from "../method/plan.ts";
import type { Report } from "../report/report.ts";
import { reportJson } from "../report/report-json.ts";
import type { RunWish } from "./run-wish.ts";

/** A run of the page: what was asked, what it came to in a plan, and since when it goes on. */
export interface WebRun {
  readonly wish: RunWish;
  readonly plan: Plan;
  readonly startedAt: string;
}

/** The report of what was measured so far. Shorter than the scenarios' own, or watched, it is not for gating. */
export function reportOf(measured: Measured, { wish, plan, startedAt }: WebRun): Report {
  return {
    ...measured,
    notForGating: wish.watch || isShort(plan),
    ...(wish.watch && { watched: true }),
    startedAt,
    flags: flagsOf(wish),
  };
}

/** Writes a report so that whoever reads the file meanwhile, or after a crash, finds a whole one. */
export function writeResult(file: string, report: Report): void {
  const unfinished = `${file}.unfinished`;
  writeFileSync(unfinished, reportJson(report));
  renameSync(unfinished, file);
}

function isShort(plan: Plan): boolean {
  return plan.items.some((item) => {
    const asked = effortOf(plan, item);
    const own = effortOf({ items: plan.items, seconds: undefined, rounds: undefined }, item);
    return asked.seconds < own.seconds || asked.rounds < own.rounds;
  });
}

/** The flags of `npm run bench` that measure the same. */
function flagsOf({ strategies, scenarios, seconds, rounds }: RunWish): readonly string[] {
  return [
    ...["--strategies", strategies.join(","), "--scenarios", scenarios.join(",")],
    ...(seconds === null ? [] : ["--seconds", String(seconds)]),
    ...(rounds === null ? [] : ["--rounds", String(rounds)]),
  ];
}
