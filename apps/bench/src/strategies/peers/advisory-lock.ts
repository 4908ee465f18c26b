import type { default as AdvisoryLock } from "advisory-lock";
import type { LockClient, Strategy } from "../../strategy.ts";
import { requireUrl } from "../require-url.ts";
import { requirePackage } from "./require-package.ts";

type Unlock = () => Promise<void>;

/**
 * Package advisory-lock: a connection of its own for every lock, which waits in the server's queue and
 * keeps the lock for as long as it lasts, whatever `ttlMs` says. There is nothing to tune. When the
 * connection is lost it has no listener for that: the holder is not told, the process ends.
 */
export const advisoryLock: Strategy = {
  id: "advisory-lock",
  about: "package advisory-lock 2.0; there is nothing to tune",
  isPeer: true,
  backend: "postgres",
  abilities: {
    fencing: false,
    waitsWithoutPolling: true,
    lossSignal: false,
    renewal: true,
    fairness: true,
    quorum: false,
  },
  comparedWith: ["raw-pg"],
  waits: true,
  packageName: "advisory-lock",
  async open(target): Promise<LockClient<Unlock>> {
    const { default: advisory } = requirePackage("advisory-lock") as typeof AdvisoryLock;
    const createMutex = advisory(requireUrl(target));
    return {
      acquire: (name) => createMutex(name).lock(),
      release: (_name, unlock) => unlock(),
      close: async () => {},
    };
  },
};
