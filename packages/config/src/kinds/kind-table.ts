import type { BackendKind } from "./backend-kind.ts";
import { etcdKind } from "./etcd-kind.ts";
import { memoryKind } from "./memory-kind.ts";
import { noopKind } from "./noop-kind.ts";
import { postgresKind } from "./postgres-kind.ts";
import { quorumKind } from "./quorum-kind.ts";
import { redisKind, redisSocketKind } from "./redis-kind.ts";
import { redlockKind } from "./redlock-kind.ts";

/** Every backend that is known without being told. */
export const KINDS: readonly BackendKind[] = [
  memoryKind,
  noopKind,
  redisKind,
  redisSocketKind,
  redlockKind,
  postgresKind,
  etcdKind,
  quorumKind,
];

/** Their schemes. */
export const SCHEMES: readonly string[] = KINDS.flatMap(({ schemes }) => schemes);

export function kindOf(scheme: string): BackendKind | undefined {
  return KINDS.find(({ schemes }) => schemes.includes(scheme));
}
