import type {
  AcquireRequest,
  Grant,
  LockProvider,
  Refusal,
  ReleaseRequest,
  RenewOutcome,
  RenewRequest,
} from "../src/index.ts";
import { manualClock, memory } from "../src/index.ts";
import { ClockOffsets } from "../src/quorum/clock-offsets.ts";
import { Election } from "../src/quorum/election.ts";
import { type Hold, newSeats } from "../src/quorum/hold.ts";
import { QuorumMember } from "../src/quorum/quorum-member.ts";
import { type QuorumOptions, resolveQuorum } from "../src/quorum/quorum-options.ts";

export const REQUEST = {
  name: "a",
  holderId: "mine",
  ttlMs: 10_000,
  mode: "exclusive",
  renewable: true,
} as const satisfies AcquireRequest;

/** What a member answers where nobody has the lock. */
export const FREE: Grant = {
  granted: true,
  name: "a",
  holderId: "mine",
  ttlMs: 10_000,
  fencingToken: 7n,
  sentAtMs: 0,
  validMs: 10_000,
};

export const HELD: Refusal = { granted: false, why: "held" };

/** A renewal that raised a member to this token. */
export function raised(fencingToken: bigint, more: object = {}): RenewOutcome {
  return { status: "renewed", sentAtMs: 0, validMs: 10_000, fencingToken, ...more };
}

/** An answer that the test gives. */
export function later<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<Value>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

/** A member that answers as the test says, at first grants with the token 7, and what it was asked. */
export interface ScriptedServer {
  identity: string;
  readonly acquires: AcquireRequest[];
  readonly renewals: RenewRequest[];
  readonly releases: ReleaseRequest[];
  acquire(): Promise<Grant | Refusal>;
  renew(request: RenewRequest): Promise<RenewOutcome>;
}

function scriptedServer(_: unknown, index: number): ScriptedServer {
  return {
    identity: `server ${index + 1}`,
    acquires: [],
    renewals: [],
    releases: [],
    acquire: async () => FREE,
    renew: async ({ raiseFenceTo = 0n }) => raised(raiseFenceTo),
  };
}

/**
 * One election for the lock `a`. Its members were joined already, but for those of the numbers `unjoined`, which join
 * when the test calls `join`.
 */
export async function electionScene(
  count = 3,
  options: QuorumOptions = {},
  unjoined: readonly number[] = [],
) {
  const clock = manualClock();
  const servers = Array.from({ length: count }, scriptedServer);
  const doors = servers.map((_, index) => {
    const door = later<void>();
    if (!unjoined.includes(index + 1)) door.resolve();
    return door;
  });
  const providers = servers.map((server, index): LockProvider => {
    const joined: LockProvider = {
      ...memory({ clock }),
      tryAcquire(request) {
        server.acquires.push(request);
        return server.acquire();
      },
      async renew(requests) {
        server.renewals.push(...requests);
        return await Promise.all(requests.map((request) => server.renew(request)));
      },
    };
    const notAsMember = (): Promise<never> => Promise.reject(new Error("not asked as a member"));
    return {
      ...joined,
      tryAcquire: notAsMember,
      renew: notAsMember,
      release(request) {
        server.releases.push(request);
        return "released";
      },
      async asMember() {
        await doors[index]?.promise;
        return { identity: server.identity, provider: joined };
      },
    };
  });
  const settings = resolveQuorum(providers, options);
  const members = providers.map((provider, index) => new QuorumMember(index, provider, settings));
  for (const member of members) if (!unjoined.includes(member.index + 1)) await member.join();
  const offsets = new ClockOffsets(settings.elapsed, count, 60_000);
  const host = { settings, offsets, majority: Math.floor(count / 2) + 1 };
  const isNothing = { isWon: false, isReleased: false, release: undefined, token: undefined };
  const hold: Hold = {
    name: "a",
    holderId: "mine",
    seats: newSeats(members, 0),
    endsAtMs: 0,
    ...isNothing,
  };
  return {
    clock,
    hold,
    host,
    members,
    async join(number: number): Promise<void> {
      doors[number - 1]?.resolve();
      await clock.advance(0);
    },
    /** The server of a number from 1. */
    server(number: number): ScriptedServer {
      const server = servers[number - 1];
      if (server === undefined) throw new RangeError(`there is no server ${number}`);
      return server;
    },
    servers,
    /** How often each was asked. */
    asked: () => servers.map(({ acquires }) => acquires.length),
    /** What each was told to release, in doubt or not. */
    releases: () => servers.map((server) => server.releases.map(({ inDoubt }) => inDoubt)),
    run: (how: { order?: readonly number[]; isLed?: boolean } = {}, more = {}) =>
      new Election(host, { ...REQUEST, ...more }, { hold, ...how }).run(),
  };
}
