const PORT_DEFAULT = "6379";

/** Where a URL that `redis()` accepted leads to: `host:port`, or the path of a socket. Never credentials. */
export function memberName(url: string): string {
  const { hostname, port, pathname, protocol } = new URL(url);
  if (protocol === "redis+unix:") return decodeURIComponent(pathname);
  return `${hostname.toLowerCase() || "localhost"}:${port || PORT_DEFAULT}`;
}
