import { styleText } from "node:util";

/** Tells the user something on stderr: one line, and one with what to do. */
export function say(message: string, hint?: string): void {
  const head =
    process.stderr.isTTY && process.stderr.hasColors()
      ? styleText("bold", "holdfast:")
      : "holdfast:";
  process.stderr.write(`${head} ${message}\n${hint === undefined ? "" : `  ${hint}\n`}`);
}
