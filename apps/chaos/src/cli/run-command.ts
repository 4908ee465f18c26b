import { randomInt } from "node:crypto";
import { writeFileSync } from "node:fs";
import { Interruption } from "@holdfast/command-line";
import { reportJson } from "../report/report-json.ts";
import { reportPage } from "../report/report-page.ts";
import { summaryText } from "../report/summary-text.ts";
import { Conductor } from "../run/conductor.ts";
import type { RunRequest } from "../run/run-request.ts";
import type { Finished, RunResult } from "../run/run-result.ts";
import { UNAVAILABLE_EXIT_CODE, UnavailableError } from "../unavailable-error.ts";
import type { Selection } from "./command-line.ts";
import { addToLedger, type SourceState, sourceState } from "./ledger.ts";
import { createProgress } from "./progress.ts";

/** When something was found. */
const FOUND_EXIT_CODE = 1;
/** When the run itself could not go on: EX_SOFTWARE of sysexits.h. */
const BROKEN_OFF_EXIT_CODE = 70;
/** A drawn seed is short enough to be read out. */
const SEED_DRAWN_MAX = 1_000_000_000;

/** Runs what was asked for, prints what came of it, and gives the exit code. */
export async function runCommand(selection: Selection): Promise<number> {
  const { jsonFile, htmlFile, isForLedger, ...wishes } = selection;
  const state = isForLedger ? sourceState(wishes.ground.backend) : undefined;
  const request: RunRequest = { ...wishes, seed: wishes.seed ?? randomInt(SEED_DRAWN_MAX) };
  using interruption = new Interruption();
  const progress = await createProgress(process.stderr, request.minutes);
  progress.say(`seed ${request.seed}`);
  let finished: Finished;
  try {
    finished = await Conductor.run(request, interruption.signal, progress);
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    process.stderr.write(`chaos: ${error.message}\n`);
    return UNAVAILABLE_EXIT_CODE;
  } finally {
    progress.stop();
  }
  const { result } = finished;
  if (state !== undefined) enter(state, result);
  if (jsonFile !== undefined) writeFileSync(jsonFile, reportJson(result));
  if (htmlFile !== undefined) writeFileSync(htmlFile, reportPage(finished));
  process.stdout.write(summaryText(result));
  if (interruption.exitCode !== undefined) return interruption.exitCode;
  if (result.brokenOff !== undefined) return BROKEN_OFF_EXIT_CODE;
  return result.problems.length > 0 ? FOUND_EXIT_CODE : 0;
}

/** A line for a run that went to its end; half of one would be compared with whole ones. */
function enter(state: SourceState, result: RunResult): void {
  if (result.isComplete) addToLedger(state, result);
  else process.stderr.write("chaos: the ledger has no line for it, since the run ended early\n");
}
