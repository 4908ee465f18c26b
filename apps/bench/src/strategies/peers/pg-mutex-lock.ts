import type { default as MutexLock } from "pg-mutex-lock";
import type { LockClient, Strategy, Target } from "../../strategy.ts";
import { requireUrl } from "../require-url.ts";
import { requirePackage } from "./require-package.ts";

/**
 * Package pg-mutex-lock: one session for all locks, asked every 100 ms, which cannot be changed. Its
 * defaults give up after three times 10 s; nothing else can be tuned. A lock lasts as long as the
 * session, whatever `ttlMs` says, and nobody is told when that ends.
 */
export const pgMutexLock: Strategy = {
  id: "pg-mutex-lock",
  about: "package pg-mutex-lock 1.0; there is nothing to tune",
  isPeer: true,
  backend: "postgres",
  abilities: {
    fencing: false,
    waitsWithoutPolling: false,
    lossSignal: false,
    renewal: true,
    fairness: false,
    quorum: false,
  },
  comparedWith: ["raw-pg"],
  waits: true,
  packageName: "pg-mutex-lock",
  open,
};

async function open(target: Target): Promise<LockClient<void>> {
  const { default: PGMutexLock } = requirePackage("pg-mutex-lock") as typeof MutexLock;
  const { hostname, port, username, password, pathname } = new URL(requireUrl(target));
  const locks = new PGMutexLock({
    database: {
      host: hostname,
      port: Number(port),
      user: decodeURIComponent(username),
      database: pathname.slice(1),
      // It insists on one, even where the server does not ask for it.
      password: decodeURIComponent(password) || "none",
    },
  });
  return {
    acquire: async (name) => {
      await locks.acquireLock(name);
    },
    release: (name) => locks.releaseLock(name),
    close: () => locks.end(),
  };
}
