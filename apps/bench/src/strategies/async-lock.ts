import { type LockClient, NO_ABILITIES, type Strategy } from "../strategy.ts";

type Done = () => void;

/**
 * The package `async-lock`. It runs a function under the lock, which is how its documentation uses it;
 * where a scenario has to hold the lock over other code, the callback form lets that moment be chosen.
 */
export const asyncLock: Strategy = {
  id: "async-lock",
  about: "package async-lock, inside one process",
  isPeer: true,
  backend: "process",
  abilities: { ...NO_ABILITIES, waitsWithoutPolling: true, fairness: true },
  comparedWith: [],
  waits: true,
  packageName: "async-lock",
  async open(): Promise<LockClient<Done>> {
    const { default: AsyncLock } = await import("async-lock");
    const lock = new AsyncLock({ maxPending: Number.POSITIVE_INFINITY });
    return {
      acquire: (name) =>
        new Promise((resolve, reject) => {
          lock.acquire(
            name,
            (done) => resolve(() => done()),
            (error) => {
              if (error) reject(error);
            },
          );
        }),
      release: (_name, done) => {
        done();
        return undefined;
      },
      using: (name, work) => lock.acquire(name, work),
      close: async () => {},
    };
  },
};
