import { LockError } from "../lock-error.ts";
import type { BreakTarget, Finding, LockProvider, LockState, Vote } from "../provider.ts";
import type { ElectionHost } from "./candidacy.ts";
import type { QuorumMember } from "./quorum-member.ts";
import { memberTimeoutMs } from "./quorum-options.ts";
import { reasonOf } from "./reason.ts";
import { sameServer } from "./same-server.ts";

/** Queries hold nothing up: they may take longer than a vote. */
const QUERY_TTL_MS = 20_000;

interface Answered<Value> {
  readonly member: QuorumMember;
  readonly value: Value;
}

/**
 * The state that a majority agrees on; free where none can. Rejects NO_QUORUM below a majority of answers, and
 * where those that did not answer may make up a holder's majority.
 */
export async function inspectMembers(
  host: ElectionHost,
  members: readonly QuorumMember[],
  name: string,
): Promise<LockState> {
  const answers = await askMajority(host, members, {
    name,
    ask: (provider) => provider.inspect?.(name),
  });
  const held = answers.map(({ value }) => value).filter((state) => state.held);
  for (const { incarnation } of held) {
    const same = held.filter((state) => state.incarnation === incarnation);
    const isOne = incarnation !== undefined && same.length >= host.majority;
    if (isOne) return majorityState(same, host.majority);
    if (same.length + members.length - answers.length >= host.majority) {
      const words = `${host.settings.name}: ${same.length} of ${answers.length} answers say it is held`;
      throw new LockError("NO_QUORUM", words, { lockName: name });
    }
  }
  return { name, held: false };
}

/** As many members as decide hold the lock for at least `remainingMs`; the token is the one they share. */
function majorityState(states: readonly LockState[], majority: number): LockState {
  const remaining = states
    .flatMap(({ remainingMs }) => (remainingMs === undefined ? [] : [remainingMs]))
    .toSorted((a, b) => b - a);
  const tokens = states
    .flatMap(({ fencingToken }) => (fencingToken === undefined ? [] : [fencingToken]))
    .toSorted((a, b) => (a < b ? 1 : -1));
  const [first] = states as readonly [LockState];
  const { remainingMs: _, fencingToken: __, ...state } = first;
  const remainingMs = remaining[majority - 1];
  const fencingToken = tokens[majority - 1];
  return {
    ...state,
    ...(remainingMs === undefined ? {} : { remainingMs }),
    ...(fencingToken === undefined ? {} : { fencingToken }),
  };
}

/** Ends one holding at every member. Rejects NO_QUORUM when less than a majority answered. */
export async function breakEverywhere(
  host: ElectionHost,
  members: readonly QuorumMember[],
  { name, target }: { readonly name: string; readonly target: BreakTarget },
): Promise<boolean> {
  const answers = await askMajority(host, members, {
    name,
    ask: (provider) => provider.breakLock?.(name, target),
  });
  return answers.some(({ value }) => value);
}

/** Resolves when a majority answers; rejects NO_QUORUM otherwise, with the votes of those that did not. */
export async function pingMembers(
  host: ElectionHost,
  members: readonly QuorumMember[],
): Promise<void> {
  await askMajority(host, members, {
    name: undefined,
    ask: async (provider) => {
      await provider.ping?.();
      return true;
    },
  });
}

/** What each member finds, by its name, and what only the quorum can see. */
export async function examineMembers(
  host: ElectionHost,
  members: readonly QuorumMember[],
): Promise<readonly Finding[]> {
  const findings = await Promise.all(members.map((member) => examineMember(host, member)));
  return [...sizeFindings(members.length), ...findings.flat(), ...duplicates(members)];
}

async function examineMember(host: ElectionHost, member: QuorumMember): Promise<Finding[]> {
  const { label } = member;
  const findings: Finding[] = [];
  try {
    const { provider } = await bounded(host, Promise.resolve(member.joined ?? member.join()));
    const own = await bounded(host, provider.doctor?.() ?? Promise.resolve([]));
    for (const finding of own) findings.push({ ...finding, what: `${label}: ${finding.what}` });
  } catch (error) {
    findings.push({
      severity: "error",
      what: `${label} cannot vote: ${reasonOf(error)}`,
      remedy: remedyOf(error),
    });
  }
  const strayMs = host.offsets.strayMs(member.index);
  if (strayMs > 0) {
    findings.push({
      severity: "error",
      what: `${label}: its clock is ${Math.round(strayMs)} ms from the members' median, so it abstains`,
      remedy: "Synchronise the clocks of all members.",
    });
  }
  return findings;
}

function sizeFindings(count: number): Finding[] {
  if (count % 2 === 1 && count > 1) return [];
  return [
    {
      severity: "warning",
      what: `A quorum of ${count} tolerates no more failures than one of ${Math.max(count - 1, 1)}.`,
      remedy: "Use an odd number of members, three or five.",
    },
  ];
}

function duplicates(members: readonly QuorumMember[]): Finding[] {
  const words = sameServer(members);
  if (words === undefined) return [];
  return [{ severity: "error", what: words, remedy: "Give every member a server of its own." }];
}

interface Question<Value> {
  readonly name: string | undefined;
  ask(provider: LockProvider): Promise<Value> | undefined;
}

/** Asks all members and waits for all answers, each bounded. Rejects without a majority of answers. */
async function askMajority<Value>(
  host: ElectionHost,
  members: readonly QuorumMember[],
  { name: lockName, ask }: Question<Value>,
): Promise<readonly Answered<Value>[]> {
  const faults: unknown[] = [];
  const votes: Vote[] = [];
  const answers = await Promise.all(
    members.map(async (member): Promise<readonly Answered<Value>[]> => {
      try {
        const reply = ask(member.provider);
        if (reply === undefined) throw unsupported(member, lockName);
        return [{ member, value: await bounded(host, reply) }];
      } catch (error) {
        faults.push(error);
        votes.push({ member: member.label, answer: "unknown", why: reasonOf(error) });
        return [];
      }
    }),
  );
  const answered = answers.flat();
  if (answered.length >= host.majority) return answered;
  const fault = faults.find((one) => LockError.is(one));
  throw new LockError(
    LockError.is(fault) && fault.code === "UNSUPPORTED" ? "UNSUPPORTED" : "NO_QUORUM",
    `${host.settings.name}: ${answered.length} of ${members.length} members answered, ` +
      `${host.majority} are needed`,
    { lockName, votes, cause: fault },
  );
}

function remedyOf(error: unknown): string {
  return LockError.is(error) && error.code === "CONFIG_INVALID"
    ? "Give all clients of this quorum the same options, or these clients a prefix of their own."
    : "Make it reachable, or take it out of the members.";
}

function unsupported({ label }: QuorumMember, lockName: string | undefined): LockError {
  return new LockError("UNSUPPORTED", `${label} cannot be asked that`, { lockName });
}

function bounded<Value>(host: ElectionHost, reply: Promise<Value>): Promise<Value> {
  const { clock } = host.settings;
  const limitMs = memberTimeoutMs(host.settings, QUERY_TTL_MS);
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(limitMs, () =>
      reject(new LockError("BACKEND_UNAVAILABLE", `no answer within ${limitMs} ms`)),
    );
    reply.then(
      (value) => {
        timer.cancel();
        resolve(value);
      },
      (error: unknown) => {
        timer.cancel();
        reject(error);
      },
    );
  });
}
