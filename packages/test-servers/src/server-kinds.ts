import { browserKind } from "./browser.ts";
import { etcdKind } from "./etcd-plan.ts";
import { pgBouncerKind } from "./pgbouncer-plan.ts";
import { postgresKind } from "./postgres-plan.ts";
import type { ProgramKind } from "./program-kind.ts";
import { redisKind } from "./redis-plan.ts";

/** Every kind that can be asked for by name; the browser too, for it is found and installed alike. */
export const serverKinds: Readonly<
  Record<"redis" | "postgres" | "etcd" | "pgbouncer" | "chromium", ProgramKind>
> = {
  redis: redisKind,
  postgres: postgresKind,
  etcd: etcdKind,
  pgbouncer: pgBouncerKind,
  chromium: browserKind,
};

export type ServerKindName = keyof typeof serverKinds;
