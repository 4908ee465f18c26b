import { CaseContext } from "./case-context.ts";
import { cases } from "./cases/index.ts";
import { type ConformanceCase, caseTitle, skipReason } from "./conformance-case.ts";
import { type Facts, readFacts } from "./facts.ts";
import type { Harness } from "./harness.ts";
import type { Runner } from "./runner.ts";

/** What to run, on what, and how. */
export interface ConformanceOptions {
  readonly harness: Harness;
  readonly runner: Runner;
  /** Takes one line about what runs and one per skipped case. Default: the standard error. */
  readonly print?: (line: string) => void;
}

/**
 * Registers every case with the runner, under `conformance: <harness name>`. Await it at the top
 * level of the test file: one client is opened first, because a case is skipped by the declared
 * facts of the provider and by nothing else. A skipped case is registered as skipped, its reason is
 * in its title and printed.
 */
export async function runConformance(options: ConformanceOptions): Promise<void> {
  const { harness, runner } = options;
  const print = options.print ?? ((line) => process.stderr.write(`${line}\n`));
  const facts = await factsOf(harness);
  const reasons = new Map(cases.map((each) => [each, skipReason(each, facts)]));
  const skipCount = [...reasons.values()].filter((reason) => reason !== undefined).length;
  print(
    `conformance: ${harness.name}: ${cases.length} cases, ${cases.length - skipCount} to run, ${skipCount} skipped`,
  );
  runner.describe(`conformance: ${harness.name}`, () => {
    for (const [each, reason] of reasons) {
      if (reason === undefined) {
        runner.test(caseTitle(each), () => runCase(each, facts, harness));
      } else {
        const title = `${caseTitle(each)} (skipped: ${reason})`;
        print(`conformance: ${harness.name}: ${title}`);
        runner.test.skip(title, async () => undefined);
      }
    }
    runner.after(async () => {
      await harness.close?.();
    });
  });
}

/** Runs one case by itself, then checks that it left nothing on the backend. */
export async function runCase(
  conformanceCase: ConformanceCase,
  facts: Facts,
  harness: Harness,
): Promise<void> {
  const context = new CaseContext(facts, harness);
  await context.begin();
  try {
    await conformanceCase.run(context);
  } catch (error) {
    // The case's own failure is the one worth reading; what closing says on top of it is noise.
    await context.close().catch(() => undefined);
    await context.history.close();
    throw error;
  }
  await context.finish();
}

/** The declared facts of the provider that the harness opens. */
export async function factsOf(harness: Harness): Promise<Facts> {
  const provider = await harness.open();
  try {
    return readFacts(provider, harness);
  } finally {
    await provider[Symbol.asyncDispose]();
  }
}
