import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Ports come from below the range that systems hand to outgoing connections (32768 and up on Linux,
 * 49152 elsewhere). A server that is killed and restarted must find its port free again: inside
 * that range an unrelated connection may take it meanwhile, and a client that reconnects in a loop
 * over loopback may even connect to itself.
 */
const PORT_MIN = 20_000;
const PORT_MAX = 32_000;
const PORT_TRY_COUNT_MAX = 100;

/**
 * Finds a port on which nothing listens on the loopback address.
 *
 * It does not reserve the port: another process may take it before the caller does, so callers try
 * again.
 */
export async function freePort(): Promise<number> {
  for (let tryCount = 0; tryCount < PORT_TRY_COUNT_MAX; tryCount += 1) {
    const port = randomInt(PORT_MIN, PORT_MAX);
    if (await isFree(port)) return port;
  }
  throw new Error(
    `No free port in ${PORT_TRY_COUNT_MAX} tries between ${PORT_MIN} and ${PORT_MAX}`,
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}
