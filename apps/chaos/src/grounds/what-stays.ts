import type { FaultProxy } from "@holdfast/test-servers";
import { until } from "@holdfast/test-servers";

/** More of them say nothing new. */
const SHOWN_MAX = 10;

/**
 * Asks again until nothing is there, or `timeoutMs` have passed; resolves with what is there then. Locks of
 * those that died go with their ttl, and sessions when the server hears that nobody is there.
 */
export async function whatStays(
  ask: () => Promise<readonly string[]>,
  timeoutMs: number,
): Promise<readonly string[]> {
  let left: readonly string[] = [];
  const isClean = async (): Promise<boolean> => {
    left = await ask();
    return left.length === 0;
  };
  await until("nothing is left", isClean, timeoutMs).catch(() => undefined);
  const more = left.length - SHOWN_MAX;
  return more > 0 ? [...left.slice(0, SHOWN_MAX), `and ${more} more`] : left;
}

/** Connections that their clients did not end. */
export function connectionsLeft({ connections, port }: FaultProxy): readonly string[] {
  return connections === 0 ? [] : [`${connections} connections through the proxy ${port}`];
}
