import type { ProgramKind } from "./program-kind.ts";

/** What is needed to find and install one kind of server; each kind's own file exports one. */
export interface ServerKind extends ProgramKind {
  /** Image of the container path. */
  readonly image: string;
}
