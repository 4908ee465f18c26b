import { createCertificate } from "./certificate.ts";
import { launchServer } from "./launch-server.ts";
import type { PostgresOptions } from "./postgres-options.ts";
import { postgresPlan } from "./postgres-plan.ts";
import { PostgresServer } from "./postgres-server.ts";
import { requireClock } from "./require-clock.ts";

/** Starts one Postgres server on a random loopback port; resolves when it answers. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const certificate = options.tls ? createCertificate() : undefined;
  const launched = await launchServer(postgresPlan(options, certificate));
  await requireClock(launched, options.clock);
  return new PostgresServer(launched, certificate?.certificatePem);
}
