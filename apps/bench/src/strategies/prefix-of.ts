import type { Target } from "../strategy.ts";

/** What the provider is told about its keys: nothing, unless the servers are used by others too. */
export function prefixOf({ namePrefix }: Target): { readonly prefix?: string } {
  return namePrefix === undefined ? {} : { prefix: namePrefix };
}
