import { etcdKind } from "./etcd-plan.ts";
import { pgBouncerKind } from "./pgbouncer-plan.ts";
import { postgresKind } from "./postgres-plan.ts";
import { redisKind } from "./redis-plan.ts";
import type { ServerKind } from "./server-kind.ts";

/** Every kind that can be asked for by name. */
export const serverKinds: Readonly<
  Record<"redis" | "postgres" | "etcd" | "pgbouncer", ServerKind>
> = {
  redis: redisKind,
  postgres: postgresKind,
  etcd: etcdKind,
  pgbouncer: pgBouncerKind,
};

export type ServerKindName = keyof typeof serverKinds;
