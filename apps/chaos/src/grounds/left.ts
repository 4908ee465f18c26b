import type { FaultProxy } from "@holdfast/test-servers";

/** More of them say nothing new. */
const SHOWN_MAX = 10;

/** The first of a list that may be long, and how many more there are. */
export function shown(left: readonly string[]): readonly string[] {
  const more = left.length - SHOWN_MAX;
  return more > 0 ? [...left.slice(0, SHOWN_MAX), `and ${more} more`] : left;
}

/** Connections that their clients did not end. */
export function connectionsLeft({ connections, port }: FaultProxy): readonly string[] {
  return connections === 0 ? [] : [`${connections} connections through the proxy ${port}`];
}
