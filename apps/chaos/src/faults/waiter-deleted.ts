import type { Fault } from "../fault.ts";
import { askLeader, type EtcdKey, keysOf, lockOf, onEtcd } from "./etcd-only.ts";

const DELETED_COUNT_MAX = 3;

/** A place in the middle of the queue is gone: who stood there joins again, who stood behind moves up. */
export const waiterDeleted: Fault = {
  id: "waiter-deleted",
  about: "an operator deletes keys of up to three that wait, never that of a holder",
  side: "backend",
  appliesTo: onEtcd,
  async inflict(scene) {
    const { random, note } = scene;
    const waiting = waitersOf(await keysOf(scene));
    const count = Math.min(waiting.length, random.integer(1, DELETED_COUNT_MAX));
    let deletedCount = 0;
    for (const pair of random.shuffled(waiting).slice(0, count)) {
      const { succeeded } = await askLeader(scene, "/v3/kv/txn", deletion(pair));
      if (succeeded === true) deletedCount += 1;
    }
    note(`${deletedCount} of ${waiting.length} that waited`);
  },
};

interface Waiting {
  readonly holder: EtcdKey;
  readonly waiter: EtcdKey;
}

/** Every key that is not the oldest of its lock, with the oldest. */
function waitersOf(keys: readonly EtcdKey[]): readonly Waiting[] {
  const holders = new Map<string, EtcdKey>();
  return keys.flatMap((waiter) => {
    const holder = holders.get(lockOf(waiter));
    if (holder !== undefined) return [{ holder, waiter }];
    holders.set(lockOf(waiter), waiter);
    return [];
  });
}

/** Only while the holder's key is there: otherwise this one may be the next holder's. */
function deletion({ holder, waiter }: Waiting): object {
  const isUnchanged = ({ key, create_revision }: EtcdKey): object => {
    return { key, target: "CREATE", result: "EQUAL", create_revision };
  };
  return {
    compare: [isUnchanged(holder), isUnchanged(waiter)],
    success: [{ request_delete_range: { key: waiter.key } }],
  };
}
