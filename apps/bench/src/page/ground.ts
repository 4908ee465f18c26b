import { strategyOf } from "./family.ts";

/** What strategies stand on that can take each other's place. */
export interface Ground {
  readonly id: string;
  /** Ends the sentence "a lock …". */
  readonly title: string;
}

const KINDS = { redis: "Redis", postgres: "PostgreSQL", etcd: "etcd" } as const;

/** Where the locks of a strategy live; undefined for one that is not known any more. */
export function groundOf(strategyId: string): Ground | undefined {
  const strategy = strategyOf(strategyId);
  if (strategy === undefined) return undefined;
  const { backend, servers = 1 } = strategy;
  if (backend === "process") return { id: backend, title: "inside one process" };
  const title =
    servers === 1
      ? `over one ${KINDS[backend]} server`
      : `over ${servers} ${KINDS[backend]} servers`;
  return { id: `${backend}-${servers}`, title };
}
