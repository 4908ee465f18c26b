import type { AcquireRequest, Grant, LockProvider } from "@holdfast/core";
import { delegate } from "../../src/run/delegate.ts";
import type { BrokenVariant } from "./broken-provider.ts";

type Break = (provider: LockProvider, index: number) => LockProvider;

const ofMembers = (id: string, make: () => Break): BrokenVariant => ({
  id: `quorum: ${id}`,
  topology: "quorum-redis-3",
  sabotage: () => ({ provider: make() }),
});

/** What one of the classic mistakes does to a quorum of three. */
export const brokenQuorums: readonly BrokenVariant[] = [
  ofMembers(
    "one vote of three is enough",
    () => (provider) =>
      delegate(provider, {
        tryAcquire: async (request) => {
          const sentAtMs = provider.clock?.monotonicMs() ?? 0;
          const answer = await provider.tryAcquire(request);
          return answer.granted || answer.why !== "held" ? answer : pretended(request, sentAtMs);
        },
      }),
  ),
  {
    id: "quorum: no restart guard",
    topology: "quorum-redis-3",
    sabotage: () => ({ quorum: { restartGuardMs: 0 } }),
  },
  ofMembers(
    "no write-back of the token",
    () => (provider) => delegate(provider, { renew: (requests) => unraised(provider, requests) }),
  ),
  ofMembers(
    "one member is never raised",
    () => (provider, index) =>
      index === 0
        ? delegate(provider, { renew: (requests) => unraised(provider, requests) })
        : provider,
  ),
  ofMembers(
    "a renewal creates what a member lost",
    () => (provider) =>
      delegate(provider, {
        renew: async (requests) => {
          const outcomes = await provider.renew(requests);
          return Promise.all(
            outcomes.map(async (outcome, index) => {
              const request = requests[index];
              if (outcome.status !== "lost" || request === undefined) return outcome;
              const { raiseFenceTo, ...claim } = request;
              const proposal = raiseFenceTo === undefined ? {} : { proposal: raiseFenceTo };
              const asked = { ...claim, ...proposal, mode: "exclusive", renewable: true } as const;
              const answer = await again(provider, asked);
              return answer === undefined ? outcome : { ...answer, status: "renewed" };
            }),
          );
        },
      }),
  ),
  ofMembers("residue is kept", () => {
    let count = 0;
    return (provider) =>
      delegate(provider, {
        release: (request) => {
          count += 1;
          return count % 3 === 0 ? "released" : provider.release(request);
        },
      });
  }),
  ofMembers(
    "a release in doubt leaves no tombstone",
    () => (provider) =>
      delegate(provider, {
        release: (request) => provider.release({ ...request, inDoubt: false }),
      }),
  ),
];

/** Says that it raised the token. */
async function unraised(
  provider: LockProvider,
  requests: Parameters<LockProvider["renew"]>[0],
): ReturnType<LockProvider["renew"]> {
  const plain = requests.map(({ raiseFenceTo: _, ...request }) => request);
  const outcomes = await provider.renew(plain);
  return outcomes.map((outcome, index) => {
    const fencingToken = requests[index]?.raiseFenceTo;
    const isRaised = outcome.status === "renewed" && fencingToken !== undefined;
    return isRaised ? { ...outcome, fencingToken } : outcome;
  });
}

async function again(provider: LockProvider, request: AcquireRequest): Promise<Grant | undefined> {
  try {
    const answer = await provider.tryAcquire(request);
    return answer.granted ? answer : undefined;
  } catch {
    return undefined;
  }
}

function pretended(request: AcquireRequest, sentAtMs: number): Grant {
  const { name, holderId, ttlMs, proposal } = request;
  return { granted: true, name, holderId, ttlMs, fencingToken: proposal, sentAtMs, validMs: ttlMs };
}
