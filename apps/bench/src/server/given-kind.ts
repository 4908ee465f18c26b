import type { ServerBackend } from "../strategy.ts";

/** What the benchmark does on a server that the user named, beside measuring. */
export interface GivenKind {
  readonly backend: ServerBackend;
  /** What the report calls it. */
  readonly program: string;
  /** Connects once and asks for the version. Rejects where it cannot be used. */
  versionOf(url: string): Promise<string>;
  /** Removes every key that contains `part`, and says how many. */
  removeKeys(url: string, part: string): Promise<number>;
}
