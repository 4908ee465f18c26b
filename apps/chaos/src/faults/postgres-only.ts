import type { PostgresServer } from "@holdfast/test-servers";
import type { Scene } from "../fault.ts";
import type { ClockedMember, Ground } from "../ground.ts";

export function onPostgres({ backend }: Ground): boolean {
  return backend === "postgres";
}

/** The one server of a scene on Postgres. */
export function onlyPostgres({ ground }: Scene): ClockedMember<PostgresServer> {
  const [member] = ground.backend === "postgres" ? ground.members : [];
  if (member === undefined) throw new Error(`${ground.backend} has no Postgres server`);
  return member;
}
