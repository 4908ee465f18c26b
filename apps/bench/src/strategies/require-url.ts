import type { Target } from "../strategy.ts";

/** The server's URL. A strategy that has none is a mistake of the benchmark, not of the user. */
export function requireUrl(target: Target): string {
  const [url] = target.urls;
  if (url === undefined) throw new Error("this strategy needs a server");
  return url;
}
