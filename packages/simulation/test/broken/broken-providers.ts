import { type AcquireRequest, type Grant, LockError, type LockProvider } from "@holdfast/core";
import { delegate } from "../../src/run/delegate.ts";
import type { BrokenVariant } from "./broken-provider.ts";

type Break = (provider: LockProvider) => LockProvider;

const onRedis = (id: string, make: () => Break): BrokenVariant => ({
  id,
  topology: "redis",
  sabotage: () => ({ provider: make() }),
});

/** What one of the classic mistakes does to a single server's provider. */
export const brokenProviders: readonly BrokenVariant[] = [
  {
    id: "a loss is told ten milliseconds late",
    topology: "redis",
    sabotage: () => ({ timersLateMs: 10 }),
  },
  onRedis("release without a look at the owner", () => {
    const holders = new Map<string, string>();
    return (provider) =>
      delegate(provider, {
        tryAcquire: async (request) => {
          const answer = await provider.tryAcquire(request);
          if (answer.granted) holders.set(request.name, request.holderId);
          return answer;
        },
        release: (request) => {
          const holderId = holders.get(request.name) ?? request.holderId;
          return provider.release({ ...request, holderId });
        },
      });
  }),
  onRedis("validity counted from the reply", () => (provider) => {
    const nowMs = (): number => provider.clock?.monotonicMs() ?? 0;
    return delegate(provider, {
      tryAcquire: async (request) => {
        const answer = await provider.tryAcquire(request);
        return answer.granted ? { ...answer, sentAtMs: nowMs() } : answer;
      },
      renew: async (requests) => {
        const outcomes = await provider.renew(requests);
        return outcomes.map((outcome) =>
          outcome.status === "renewed" ? { ...outcome, sentAtMs: nowMs() } : outcome,
        );
      },
    });
  }),
  onRedis("validity counted on the wall clock", () => (provider) => {
    const { clock } = provider;
    const originMs = (clock?.wallMs() ?? 0) - (clock?.monotonicMs() ?? 0);
    return delegate(provider, {
      tryAcquire: async (request) => {
        const sentAtMs = (clock?.wallMs() ?? 0) - originMs;
        const answer = await provider.tryAcquire(request);
        return answer.granted ? { ...answer, sentAtMs } : answer;
      },
    });
  }),
  onRedis(
    "a lost lock is reported as renewed",
    () => (provider) =>
      delegate(provider, {
        renew: async (requests) => {
          const sentAtMs = provider.clock?.monotonicMs() ?? 0;
          const outcomes = await provider.renew(requests);
          return outcomes.map((outcome, index) =>
            outcome.status === "lost"
              ? {
                  status: "renewed",
                  sentAtMs,
                  validMs: requests[index]?.ttlMs ?? 0,
                  fencingToken: undefined,
                }
              : outcome,
          );
        },
      }),
  ),
  onRedis(
    "a renewal creates a lock that is gone",
    () => (provider) =>
      delegate(provider, {
        renew: async (requests) => {
          const outcomes = await provider.renew(requests);
          return Promise.all(
            outcomes.map(async (outcome, index) => {
              const request = requests[index];
              if (outcome.status !== "lost" || request === undefined) return outcome;
              const answer = await again(provider, {
                ...request,
                mode: "exclusive",
                renewable: true,
              });
              return answer === undefined ? outcome : { ...answer, status: "renewed" };
            }),
          );
        },
      }),
  ),
  onRedis(
    "a release in doubt leaves no tombstone",
    () => (provider) =>
      delegate(provider, {
        release: (request) => provider.release({ ...request, inDoubt: false }),
      }),
  ),
  onRedis(
    "what may have taken effect is called not applied",
    () => (provider) =>
      delegate(provider, {
        tryAcquire: async (request) => {
          try {
            return await provider.tryAcquire(request);
          } catch (error) {
            if (!LockError.is(error)) throw error;
            throw new LockError(error.code, error.message, { outcome: "not-applied" });
          }
        },
      }),
  ),
  onRedis(
    "a release is reported before it was sent",
    () => (provider) =>
      delegate(provider, {
        release: async (request): Promise<"released"> => {
          void provider.clock?.setTimer(20, () => void provider.release(request), { ref: false });
          return "released";
        },
      }),
  ),
  onRedis("a token for each process", () => (provider) => {
    let token = 0n;
    return delegate(provider, {
      tryAcquire: async (request) => {
        const answer = await provider.tryAcquire(request);
        token += 1n;
        return answer.granted ? { ...answer, fencingToken: token } : answer;
      },
    });
  }),
  onRedis(
    "a token from the client's wall clock",
    () => (provider) =>
      delegate(provider, {
        tryAcquire: async (request) => {
          const fencingToken = BigInt(Math.floor((provider.clock?.wallMs() ?? 0) * 1_000));
          const answer = await provider.tryAcquire(request);
          return answer.granted ? { ...answer, fencingToken } : answer;
        },
      }),
  ),
  onRedis("an attempt that is held goes through now and then", () => {
    let count = 0;
    return (provider) =>
      delegate(provider, {
        tryAcquire: async (request) => {
          const sentAtMs = provider.clock?.monotonicMs() ?? 0;
          const answer = await provider.tryAcquire(request);
          count += 1;
          return answer.granted || count % 50 > 0 ? answer : stolen(request, sentAtMs);
        },
      });
  }),
  onRedis("a reply that never comes", () => {
    let count = 0;
    return (provider) =>
      delegate(provider, {
        tryAcquire: (request) => {
          count += 1;
          return count % 20 === 0 ? new Promise(() => undefined) : provider.tryAcquire(request);
        },
      });
  }),
  onRedis(
    "a timer that is left behind",
    () => (provider) =>
      delegate(provider, {
        tryAcquire: (request) => {
          void provider.clock?.setTimer(10_000_000, () => undefined, { ref: false });
          return provider.tryAcquire(request);
        },
      }),
  ),
];

async function again(provider: LockProvider, request: AcquireRequest): Promise<Grant | undefined> {
  try {
    const answer = await provider.tryAcquire(request);
    return answer.granted ? answer : undefined;
  } catch {
    return undefined;
  }
}

function stolen({ name, holderId, ttlMs }: AcquireRequest, sentAtMs: number): Grant {
  const fencingToken = 1n;
  return { granted: true, name, holderId, ttlMs, fencingToken, sentAtMs, validMs: ttlMs };
}
