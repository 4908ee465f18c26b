import { join } from "node:path";
import { createCertificate } from "./certificate.ts";
import { launchServer } from "./launch-server.ts";
import type { LaunchedServer } from "./launched-server.ts";
import type { RedisOptions } from "./redis-options.ts";
import { REDIS_SOCKET_NAME, redisPlan } from "./redis-plan.ts";
import { RedisServer } from "./redis-server.ts";
import { requireClock } from "./require-clock.ts";

/** Starts one Redis server on a random loopback port; resolves when it answers. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const certificate = options.tls ? createCertificate() : undefined;
  const launched = await launchServer(redisPlan(options, certificate));
  await requireClock(launched, options.clock);
  return new RedisServer({
    launched,
    password: options.password,
    ca: certificate?.certificatePem,
    socketPath: options.unixSocket ? await socketPath(launched) : undefined,
  });
}

async function socketPath(launched: LaunchedServer): Promise<string> {
  if (launched.dataDir !== undefined) return join(launched.dataDir, REDIS_SOCKET_NAME);
  await launched.stop();
  throw new Error(`No Unix socket from source ${launched.source}; ask serverCapabilities first`);
}
