import { type LockProvider, systemClock } from "@holdfast/core";
import type { Table } from "./table-provider.ts";

/** A provider with one deliberate fault, and the case that must notice it. */
export interface BrokenProvider {
  readonly title: string;
  readonly caughtBy: string;
  readonly shape: (provider: LockProvider, table: Table) => LockProvider;
}

const farAwayMs = (): number => systemClock.monotonicMs() + 1_000_000;

export const brokenProviders: readonly BrokenProvider[] = [
  {
    title: "releases without asking who holds",
    caughtBy: "release-foreign",
    shape: (provider, table) => ({
      ...provider,
      release: async ({ name }) => (table.rows.delete(name) ? "released" : "absent"),
    }),
  },
  {
    title: "re-creates a missing lock when it renews",
    caughtBy: "renewal-creates-nothing",
    shape: (provider, table) => ({
      ...provider,
      renew: async (requests) => {
        for (const { name, holderId } of requests) {
          if (table.rows.has(name)) continue;
          table.rows.set(name, { holderId, token: ++table.fence, endsAtMs: farAwayMs() });
        }
        return provider.renew(requests);
      },
    }),
  },
  {
    title: "renews for anybody",
    caughtBy: "renewal-foreign",
    shape: (provider, table) => ({
      ...provider,
      renew: (requests) =>
        provider.renew(
          requests.map((request) => {
            const row = table.rows.get(request.name);
            return row === undefined ? request : { ...request, holderId: row.holderId };
          }),
        ),
    }),
  },
  {
    title: "gives every holder the same token",
    caughtBy: "fencing-over-clients",
    shape: (provider) => ({
      ...provider,
      tryAcquire: async (request) => {
        const answer = await provider.tryAcquire(request);
        return answer.granted ? { ...answer, fencingToken: 1n } : answer;
      },
    }),
  },
  {
    title: "grants what another holds",
    caughtBy: "exclusion-two-clients",
    shape: (provider, table) => ({
      ...provider,
      tryAcquire: (request) => {
        table.rows.delete(request.name);
        return provider.tryAcquire(request);
      },
    }),
  },
  {
    title: "grants again to its own client",
    caughtBy: "exclusion-one-client",
    shape: (provider, table) => {
      const mine = new Set<string>();
      return {
        ...provider,
        tryAcquire: async (request) => {
          if (mine.has(request.name)) table.rows.delete(request.name);
          const answer = await provider.tryAcquire(request);
          if (answer.granted) mine.add(request.name);
          return answer;
        },
      };
    },
  },
  {
    title: "never lets a lock expire",
    caughtBy: "exclusion-until-expiry",
    shape: (provider, table) => ({
      ...provider,
      tryAcquire: async (request) => {
        const answer = await provider.tryAcquire(request);
        const row = table.rows.get(request.name);
        if (row !== undefined) row.endsAtMs = farAwayMs();
        return answer;
      },
    }),
  },
  {
    title: "lets a lock expire early",
    caughtBy: "exclusion-until-expiry",
    shape: (provider) => ({
      ...provider,
      tryAcquire: async (request) => {
        const short = Math.ceil(request.ttlMs / 2);
        const answer = await provider.tryAcquire({ ...request, ttlMs: short });
        const { ttlMs } = request;
        return answer.granted ? { ...answer, ttlMs, validMs: ttlMs } : answer;
      },
    }),
  },
  {
    title: "forgets what it should refuse after an in-doubt release",
    caughtBy: "release-in-doubt-first",
    shape: (provider) => ({
      ...provider,
      release: (request) => provider.release({ ...request, inDoubt: false }),
    }),
  },
  {
    title: "compares names without case",
    caughtBy: "names-no-collision",
    shape: (provider) => ({
      ...provider,
      tryAcquire: async (request) => {
        const answer = await provider.tryAcquire({ ...request, name: request.name.toLowerCase() });
        return answer.granted ? { ...answer, name: request.name } : answer;
      },
    }),
  },
  {
    title: "keeps a lock on release",
    caughtBy: "release-frees",
    shape: (provider) => ({ ...provider, release: () => "released" }),
  },
  {
    title: "answers a batch of renewals out of order",
    caughtBy: "renewal-batch",
    shape: (provider) => ({
      ...provider,
      renew: async (requests) => (await provider.renew(requests)).toReversed(),
    }),
  },
  {
    title: "sends an attempt whose signal had aborted",
    caughtBy: "abort-provider-call",
    shape: (provider) => ({
      ...provider,
      tryAcquire: ({ signal, ...request }) => provider.tryAcquire(request),
    }),
  },
  {
    title: "counts validity from the reply",
    caughtBy: "grant-well-formed",
    shape: (provider) => ({
      ...provider,
      tryAcquire: async (request) => {
        const answer = await provider.tryAcquire(request);
        return answer.granted ? { ...answer, sentAtMs: answer.sentAtMs + 50 } : answer;
      },
    }),
  },
];
