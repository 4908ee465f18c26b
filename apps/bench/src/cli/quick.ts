import type { Scenario } from "../scenario.ts";
import type { Strategy } from "../strategy.ts";

/** How often, and for how long, `--quick` measures where nothing else is wished for. */
export const QUICK_ROUNDS = 3;
export const QUICK_SECONDS = 0.2;

/** One of each kind: a run of all forms and drivers cannot be quick. Peers are there tuned, and as they are now. */
const STRATEGY_IDS: ReadonlySet<string> = new Set([
  "memory",
  "async-mutex",
  "async-lock",
  "redis-ioredis",
  "raw-ioredis",
  "redlock",
  "raw-quorum",
  "postgres",
  "raw-pg",
  "etcd",
  "raw-etcd3",
  "node-redlock-5-tuned",
  "redlock-universal-tuned",
  "redis-semaphore-tuned",
  "verrou-tuned",
  "simple-redis-mutex-tuned",
  "advisory-lock",
  "pg-mutex-lock",
  "etcd3-lock-tuned",
]);

/** Those of `known` that a quick run compares where none are named. */
export function quickStrategies(known: readonly Strategy[]): readonly Strategy[] {
  return known.filter(({ id }) => STRATEGY_IDS.has(id));
}

/** Those of `known` that a quick run asks where none are named, with their quick variants alone. */
export function quickScenarios(known: readonly Scenario[]): readonly Scenario[] {
  return known
    .map((scenario) => ({
      ...scenario,
      variants: scenario.variants.filter(({ quick }) => quick === true),
    }))
    .filter(({ variants }) => variants.length > 0);
}
