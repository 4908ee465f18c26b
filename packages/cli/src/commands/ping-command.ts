import { systemClock } from "@holdfast/core";
import type { CommandLine } from "../command-line/parse-command-line.ts";
import { EXIT } from "../exit-code.ts";
import { openProvider } from "../open-locks.ts";
import { jsonLine, print } from "../print.ts";

/** `holdfast ping`: resolves when the backend answers, and rejects when it does not. */
export async function pingCommand({ flags }: CommandLine): Promise<number> {
  const { provider } = await openProvider(flags);
  try {
    const startedAtMs = systemClock.monotonicMs();
    await provider.ping?.();
    const tookMs = Number((systemClock.monotonicMs() - startedAtMs).toFixed(1));
    const { name: backend } = provider;
    print(
      flags.has("json") ? jsonLine({ backend, tookMs }) : `${backend} answered in ${tookMs} ms\n`,
    );
    return EXIT.done;
  } finally {
    await provider[Symbol.asyncDispose]();
  }
}
