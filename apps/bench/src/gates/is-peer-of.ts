import { serverCountOf } from "../server/servers.ts";
import type { Strategy } from "../strategy.ts";

/** Whether `other` is another library for the same job: on as many servers of the same kind. */
export function isPeerOf(other: Strategy, strategy: Strategy): boolean {
  return (
    other.isPeer === true &&
    other.backend === strategy.backend &&
    serverCountOf(other) === serverCountOf(strategy)
  );
}
