import { inspect } from "node:util";
import {
  type AcquireRequest,
  type BreakTarget,
  type FencedProvider,
  type Grant,
  LockError,
  type LockState,
  type ManualClock,
  type Member,
  type Membership,
  manualClock,
  type QuorumOptions,
  quorum,
  type Refusal,
  type ReleaseOutcome,
  type ReleaseRequest,
  type RenewRequest,
  type Reply,
} from "../src/index.ts";
import { type FaultyProvider, faultyProvider, refusedConnection } from "./faulty-provider.ts";

/**
 * What a member does with whatever it is asked. `up`: answers at once. `down`: refuses the connection.
 * `silent`: does nothing and never answers. `mute`: does it and never answers. `cut`: does it, and the
 * connection breaks before the answer. `stopped`: does and answers it when it is resumed.
 */
export type Behaviour = "up" | "down" | "silent" | "mute" | "cut" | "stopped";

type Operation = "acquire" | "renew" | "release";

/** A memory provider as a member that can be broken in the ways of a server. */
export interface FaultyMember extends FaultyProvider {
  readonly joins: Membership[];
  identity: string;
  /** How far its clock is from the test's; undefined says no time. */
  clockOffsetMs: number | undefined;
  /** Put before each join. */
  joining: (() => Promise<void>) | undefined;
  asMember(membership: Membership): Promise<Member>;
  inspect(name: string): Promise<LockState>;
  breakLock(name: string, target: BreakTarget): Promise<boolean>;
  /** Answers so whatever it is asked, or only these. */
  behave(behaviour: Behaviour, ...operations: readonly Operation[]): void;
  /** Does and answers, in order, what came while it was stopped, and is up again. */
  resume(): void;
  /** Starts again without its data: another identity, and it abstains as long as it was told to. */
  restartEmpty(): void;
}

const never = (): Promise<never> => new Promise<never>(() => undefined);

export function faultyMember(clock: ManualClock, number = 1): FaultyMember {
  const kept: (() => void)[] = [];
  const store = { current: faultyProvider(clock), abstainsUntilMs: 0, starts: 1 };
  const first = store.current;
  const joins: Membership[] = [];

  const ask = (request: AcquireRequest, real: () => Grant | Refusal): Reply<Grant | Refusal> => {
    if (clock.monotonicMs() < store.abstainsUntilMs) return { granted: false, why: "abstaining" };
    const answer = store.current === first ? real() : acquireAt(store.current, request);
    const { clockOffsetMs } = member;
    if (!answer.granted || clockOffsetMs === undefined) return answer;
    return { ...answer, serverTimeMs: clock.wallMs() + clockOffsetMs };
  };
  const renew = (requests: readonly RenewRequest[]) => store.current.inner.renew(requests);
  const release = (request: ReleaseRequest) => store.current.inner.release(request);

  function through<Answer>(behaviour: Behaviour, act: () => Reply<Answer>): Reply<Answer> {
    if (behaviour === "up") return act();
    if (behaviour === "down") return Promise.reject(refusedConnection());
    if (behaviour === "silent") return never();
    if (behaviour === "stopped") {
      return new Promise((resolve, reject) =>
        kept.push(() => Promise.resolve(act()).then(resolve, reject)),
      );
    }
    void Promise.resolve(act()).catch(() => undefined);
    return behaviour === "mute" ? never() : Promise.reject(brokenConnection());
  }

  const member: FaultyMember = {
    ...first,
    name: "faulty",
    joins,
    identity: `server ${number}`,
    clockOffsetMs: undefined,
    joining: undefined,
    async asMember(membership) {
      joins.push(membership);
      await member.joining?.();
      await store.current.inner.asMember?.(membership);
      return {
        get identity() {
          return member.identity;
        },
        provider: member,
      };
    },
    behave(behaviour, ...operations) {
      const { faults } = first;
      const isMeant = (operation: Operation): boolean =>
        operations.length === 0 || operations.includes(operation);
      if (isMeant("acquire")) {
        faults.acquire = (request, real) => through(behaviour, () => ask(request, real));
      }
      if (isMeant("renew")) {
        faults.renew = async (requests) => through(behaviour, () => renew(requests));
      }
      if (isMeant("release")) {
        faults.release = (request) => through(behaviour, () => release(request));
      }
    },
    resume() {
      member.behave("up");
      for (const act of kept.splice(0)) act();
    },
    restartEmpty() {
      const guardMs = joins.at(-1)?.restartGuardMs ?? 0;
      store.current = faultyProvider(clock);
      store.starts += 1;
      store.abstainsUntilMs = clock.monotonicMs() + guardMs;
      member.identity = `server ${number}, start ${store.starts}`;
    },
    inspect: (name) => store.current.inner.inspect?.(name) ?? never(),
    breakLock: (name, target) => store.current.inner.breakLock?.(name, target) ?? never(),
    onLoss: (listener) => (store.current.inner as Required<FencedProvider>).onLoss(listener),
    doctor: async () => [],
  };
  member.behave("up");
  return member;
}

function acquireAt({ inner }: FaultyProvider, request: AcquireRequest): Grant | Refusal {
  return inner.tryAcquire(request) as Grant | Refusal;
}

function brokenConnection(): LockError {
  return new LockError("BACKEND_UNAVAILABLE", "connection reset", { outcome: "unknown" });
}

/** What every quorum of such members has, all of it asynchronous. */
interface AskedQuorum extends Required<Omit<FencedProvider, "enqueue" | "watch" | "asMember">> {
  tryAcquire(request: AcquireRequest): Promise<Grant | Refusal>;
  release(request: ReleaseRequest): Promise<ReleaseOutcome>;
}

/** A quorum of faulty members on one clock that moves only when told to. */
export interface TestQuorum {
  readonly clock: ManualClock;
  readonly members: readonly FaultyMember[];
  readonly provider: AskedQuorum;
}

export function testQuorum(
  count = 3,
  options: QuorumOptions & { fencing?: true } = {},
): TestQuorum {
  const clock = manualClock();
  const members = Array.from({ length: count }, (_, index) => faultyMember(clock, index + 1));
  return { clock, members, provider: quorum(members, options) as AskedQuorum };
}

/** The member at `index`, which exists. */
export function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new RangeError(`there is no ${index} of ${items.length}`);
  return item;
}

/** One attempt of `holderId` at the lock `a`. */
export function attempt(holderId: string, more: Partial<AcquireRequest> = {}): AcquireRequest {
  return { name: "a", holderId, ttlMs: 10_000, mode: "exclusive", renewable: true, ...more };
}

/** The release of an attempt; in doubt when its outcome is. */
export function giveBack(
  { name, holderId, ttlMs }: AcquireRequest,
  inDoubt = false,
): ReleaseRequest {
  return { name, holderId, ttlMs, inDoubt };
}

/** A grant, or the test fails. */
export async function granted(answer: Reply<Grant | Refusal>): Promise<Grant> {
  const settledAnswer = await answer;
  if (!settledAnswer.granted) throw new Error(`not granted: ${inspect(settledAnswer)}`);
  return settledAnswer;
}

/** The numbers, from 1, of the members that hold this name. */
export async function holders(members: readonly FaultyMember[], name = "a"): Promise<number[]> {
  const states = await Promise.all(members.map((member) => member.inspect(name)));
  return states.flatMap((state, index) => (state.held ? [index + 1] : []));
}

/** What each member was told to release: `plain`, `doubt`, both in order, or nothing. */
export function releasesOf(members: readonly FaultyMember[], holderId: string): string[] {
  return members.map(({ releases }) =>
    releases
      .filter((request) => request.holderId === holderId)
      .map(({ inDoubt }) => (inDoubt ? "doubt" : "plain"))
      .join(" "),
  );
}
