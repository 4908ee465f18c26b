import { type LockClient, NO_ABILITIES, type Strategy } from "../strategy.ts";
import { requireUrl } from "./require-url.ts";

const ACQUIRE = {
  name: "acquire",
  text: "SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS granted",
} as const;
const RELEASE = {
  name: "release",
  text: "SELECT pg_advisory_unlock(hashtextextended($1, 0))",
} as const;

/** The least that pg can do for a lock: the limit for every strategy built on it. */
export const rawPg: Strategy = {
  id: "raw-pg",
  about: "the limit: advisory locks of one session, a prepared statement each, through pg",
  backend: "postgres",
  abilities: NO_ABILITIES,
  comparedWith: [],
  waits: false,
  async open(target): Promise<LockClient<void>> {
    const { default: pg } = await import("pg");
    const client = new pg.Client({ connectionString: requireUrl(target) });
    await client.connect();
    // A session may take the same lock again, and takes one statement at a time.
    const held = new Set<string>();
    let last: Promise<unknown> = Promise.resolve();
    const ask = (statement: typeof ACQUIRE | typeof RELEASE, name: string) => {
      const answer = last.then(() => client.query({ ...statement, values: [name] }));
      last = answer.catch(() => {});
      return answer;
    };
    return {
      async acquire(name) {
        if (held.has(name)) throw new Error(`${name} is held by this session`);
        held.add(name);
        const { rows } = await ask(ACQUIRE, name);
        if (rows[0]?.granted === true) return;
        held.delete(name);
        throw new Error(`${name} is held by another`);
      },
      async release(name) {
        await ask(RELEASE, name);
        held.delete(name);
      },
      close: () => client.end(),
    };
  },
};
