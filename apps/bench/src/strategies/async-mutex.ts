import type { MutexInterface } from "async-mutex";
import { type LockClient, NO_ABILITIES, type Strategy } from "../strategy.ts";

/** The package `async-mutex`, with one mutex per name since it knows no names itself. */
export const asyncMutex: Strategy = {
  id: "async-mutex",
  about: "package async-mutex, one Mutex per name, inside one process",
  isPeer: true,
  backend: "process",
  abilities: { ...NO_ABILITIES, waitsWithoutPolling: true, fairness: true },
  comparedWith: [],
  waits: true,
  packageName: "async-mutex",
  async open(): Promise<LockClient<MutexInterface.Releaser>> {
    const { Mutex } = await import("async-mutex");
    const mutexes = new Map<string, MutexInterface>();
    const mutexOf = (name: string): MutexInterface => {
      const known = mutexes.get(name);
      if (known !== undefined) return known;
      const created = new Mutex();
      mutexes.set(name, created);
      return created;
    };
    return {
      acquire: (name) => mutexOf(name).acquire(),
      release: (_name, releaseMutex) => {
        releaseMutex();
        return undefined;
      },
      close: async () => mutexes.clear(),
    };
  },
};
