/** A value as one line of JSON. Tokens are larger than what numbers hold, so they are text. */
export function jsonLine(value: unknown): string {
  const text = JSON.stringify(value, (_key, inner) =>
    typeof inner === "bigint" ? `${inner}` : inner,
  );
  return `${text}\n`;
}

/** Writes to stdout. */
export function print(text: string): void {
  process.stdout.write(text);
}
