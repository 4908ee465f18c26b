#!/usr/bin/env node
import { writeFile } from "node:fs/promises";
import { Interruption, USAGE_EXIT_CODE, UsageError } from "@holdfast/command-line";
import { UNAVAILABLE_EXIT_CODE, UnavailableError } from "../unavailable-error.ts";
import { wordsOf } from "../words-of.ts";
import type { SoakBackend } from "./message.ts";
import { soak } from "./soak.ts";
import { parseSoakCommandLine, type SoakRequest, soakHelpText } from "./soak-command-line.ts";
import { SoakProgress } from "./soak-progress.ts";
import { isClean, type SoakResult } from "./soak-result.ts";
import { soakText } from "./soak-text.ts";

/** How many callers make the most cycles a second, more or less. */
const CALLERS: Readonly<Record<SoakBackend, number>> = {
  redis: 64,
  redlock: 64,
  postgres: 64,
  etcd: 128,
  memory: 64,
};
/** Of each soak. */
const MEASURING = {
  // Names that are swept by the thousand move the heap by a megabyte, up and down: many samples even that out.
  sampleCount: 60,
  // gRPC looks for unused connections every ten seconds.
  settleMsMax: 20_000,
} as const;

async function main(args: readonly string[]): Promise<number> {
  try {
    const commandLine = parseSoakCommandLine(args);
    if (commandLine.command === "run") return await run(commandLine.request);
    process.stdout.write(soakHelpText);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof UnavailableError)) throw error;
    process.stderr.write(`soak: ${error.message}\n`);
    return error instanceof UsageError ? USAGE_EXIT_CODE : UNAVAILABLE_EXIT_CODE;
  }
}

async function run({ backends, jsonFile, ...request }: SoakRequest): Promise<number> {
  using interruption = new Interruption();
  const results: SoakResult[] = [];
  for (const backend of backends) {
    if (interruption.signal.aborted) break;
    const result = await soakOne(backend, request, interruption.signal).catch((error: unknown) => {
      if (!interruption.signal.aborted) throw error;
      process.stderr.write(`soak: ${backend} ended early, without a result: ${wordsOf(error)}\n`);
    });
    if (result === undefined) break;
    process.stdout.write(`${soakText(result)}\n`);
    results.push(result);
    if (jsonFile !== undefined) await writeFile(jsonFile, `${JSON.stringify(results, null, 2)}\n`);
  }
  return interruption.exitCode ?? (results.every(isClean) ? 0 : 1);
}

async function soakOne(
  backend: SoakBackend,
  { cycleCount, callerCount = CALLERS[backend] }: Pick<SoakRequest, "cycleCount" | "callerCount">,
  signal: AbortSignal,
): Promise<SoakResult> {
  using progress = await SoakProgress.begin(backend, cycleCount);
  const onProgress = (cycles: number): void => progress.update(cycles);
  return await soak({ ...MEASURING, backend, cycleCount, callerCount, signal, onProgress });
}

process.exitCode = await main(process.argv.slice(2));
