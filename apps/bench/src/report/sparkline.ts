const BLOCKS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/**
 * Values as a row of blocks, from zero, or from the smallest where that is below, to the largest. A gap
 * is a space. It shows whether rounds agree, and no more than that.
 */
export function sparkline(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  const low = Math.min(0, ...known);
  const high = Math.max(0, ...known);
  return values.map((value) => (value === null ? " " : blockOf(value, low, high))).join("");
}

function blockOf(value: number, low: number, high: number): string {
  const share = high === low ? 0 : (value - low) / (high - low);
  return BLOCKS[Math.round(share * (BLOCKS.length - 1))] ?? " ";
}

/** Whether the stream is a terminal that has such blocks: the console of Linux has some of them only. */
export function canSparkle(
  stream: Pick<NodeJS.WriteStream, "isTTY">,
  terminal: string | undefined = process.env["TERM"],
): boolean {
  return stream.isTTY === true && terminal !== "linux" && terminal !== "dumb";
}
