/** A line of a history file that is not an event. */
export class MalformedHistoryError extends Error {
  override readonly name = "MalformedHistoryError";
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly what: string;

  constructor(file: string, line: number, what: string) {
    super(`${file}:${line}: ${what}`);
    this.file = file;
    this.line = line;
    this.what = what;
  }
}
