import { UsageError } from "../usage-error.ts";

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const DURATION = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h)$/;

/** Milliseconds of `500ms`, `30s`, `1.5m` or `2h`. A number without its unit is refused, so that nobody guesses it. */
export function durationMs(flag: string, text: string): number {
  const [, count, unit = ""] = DURATION.exec(text) ?? [];
  if (count === undefined) {
    throw new UsageError(
      `--${flag} is ${JSON.stringify(text)}, which is no duration`,
      `accepted: a number with ms, s, m or h, as --${flag} 30s`,
    );
  }
  return Number(count) * (UNITS_MS[unit] ?? 1);
}
