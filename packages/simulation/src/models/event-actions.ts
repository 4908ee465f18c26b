import type { Action, State } from "./explore.ts";
import {
  at,
  CRASH_COUNT,
  DELETION_COUNT,
  FAILED,
  HOLDING,
  type Layout,
  MEMBERS,
  RESTART_COUNT,
  UNBORN,
} from "./layout.ts";
import { largestToken } from "./member-steps.ts";
import type { Parts } from "./message-actions.ts";

/** What clients decide, what time does, and what goes wrong with members. */
export function eventActions(parts: Parts): Action[] {
  return [
    ...parts.layout.attempts.flatMap((a) => [
      begins(parts, a, false),
      ...(parts.scope.proposesAhead ? [begins(parts, a, true)] : []),
      givesUp(parts, a),
      releases(parts, a),
      deadlinePasses(parts, a),
      ...(parts.scope.renewals > 0 ? [renews(parts, a)] : []),
      ...(parts.scope.crashes > 0 ? [crashes(parts, a)] : []),
    ]),
    ...MEMBERS.flatMap((m) => [
      lockExpires(parts, m),
      ...(parts.scope.restarts > 0 ? [restarts(parts, m), guardEnds(parts, m)] : []),
      ...(parts.scope.deletions > 0 ? [lockIsDeleted(parts, m)] : []),
    ]),
  ];
}

/** What happens when nothing but time passes. */
export function timeActions(parts: Parts): Action[] {
  return MEMBERS.flatMap((m) => [lockExpires(parts, m), guardEnds(parts, m)]);
}

/**
 * Clocks differ, so the proposal (`Proposals.next`, clamped to the members' time) may be behind all tokens
 * or ahead of them. Attempts begin in the order of their names: they are alike.
 */
function begins({ layout, client }: Parts, a: number, isAhead: boolean): Action {
  return {
    apply(state) {
      if (state[layout.phase(a)] !== UNBORN) return false;
      if (a > 0 && state[layout.phase(a - 1)] === UNBORN) return false;
      client.ask(state, a, isAhead ? largestProposal(state, layout) + 1 : 0);
      return true;
    },
    describe: ({ after, names }) =>
      `${names.clients[a]} asks all members, ` +
      (isAhead ? `proposing ${at(after, layout.proposal(a))}` : "with a clock that is behind"),
  };
}

function largestProposal(state: State, layout: Layout): number {
  const proposals = layout.attempts.map((a) => at(state, layout.proposal(a)));
  return Math.max(largestToken(state, layout), ...proposals);
}

/** Timed out, aborted, or no quorum possible. */
function givesUp({ layout, client }: Parts, a: number): Action {
  return {
    apply(state) {
      if (!client.isActive(state, a) || state[layout.phase(a)] === HOLDING) return false;
      client.end(state, a);
      return true;
    },
    describe: ({ names }) => `${names.clients[a]} gives up and gives back`,
  };
}

function releases({ layout, client }: Parts, a: number): Action {
  return {
    apply(state) {
      if (state[layout.phase(a)] !== HOLDING) return false;
      client.end(state, a);
      return true;
    },
    describe: ({ names }) => `${names.clients[a]} releases`,
  };
}

/** A deadline of the attempt, or of its next renewal, passes. A lease ends with its own. */
function deadlinePasses({ layout, client }: Parts, a: number): Action {
  return {
    apply(state) {
      const passed = at(state, layout.passed(a)) + 1;
      if (!client.isActive(state, a)) return false;
      state[layout.passed(a)] = passed;
      if (passed > at(state, layout.valid(a))) client.end(state, a);
      return true;
    },
    describe: ({ before, after, names }) => {
      const which = at(before, layout.passed(a));
      const words = `the deadline of ${names.clients[a]}'s ${which === 0 ? "acquire" : `renewal ${which}`} passes`;
      return client.isActive(after, a) ? words : `${words}, and it gives back`;
    },
  };
}

function renews({ layout, client, scope }: Parts, a: number): Action {
  return {
    apply(state) {
      if (state[layout.phase(a)] !== HOLDING || at(state, layout.sent(a)) >= scope.renewals) {
        return false;
      }
      client.renew(state, a);
      return true;
    },
    describe: ({ after, names }) =>
      `${names.clients[a]} sends renewal ${at(after, layout.sent(a))}`,
  };
}

function crashes({ client, scope }: Parts, a: number): Action {
  return {
    apply(state) {
      if (!client.isActive(state, a) || at(state, CRASH_COUNT) >= scope.crashes) return false;
      state[CRASH_COUNT] = at(state, CRASH_COUNT) + 1;
      client.crash(state, a);
      return true;
    },
    describe: ({ names }) => `${names.clients[a]} crashes`,
  };
}

/**
 * A member keeps a lock for a ttl from the receipt, so it outlives every deadline that counts from an
 * earlier send. Of an attempt that is over it may end at any time: nobody relies on it.
 */
function lockExpires({ layout, rules, client, member }: Parts, m: number): Action {
  return {
    apply(state) {
      const a = at(state, layout.holder(m)) - 1;
      if (a < 0 || state[layout.phase(a)] === FAILED) return false;
      const isRelied = client.isActive(state, a) && rules.countsFromSend;
      if (isRelied && at(state, layout.passed(a)) <= at(state, layout.lockSent(m))) return false;
      member.freeLock(state, m);
      return true;
    },
    describe: ({ before, names }) =>
      `${names.clients[at(before, layout.holder(m)) - 1]}'s lock at ${names.members[m]} expires`,
  };
}

/** The member's data is gone. It abstains until every deadline of before has passed. */
function restarts({ layout, rules, client, member, scope }: Parts, m: number): Action {
  return {
    apply(state) {
      if (at(state, RESTART_COUNT) >= scope.restarts) return false;
      state[RESTART_COUNT] = at(state, RESTART_COUNT) + 1;
      member.restart(state, m);
      if (!rules.abstains) return true;
      state[layout.guard(m)] = 1;
      for (const a of layout.attempts) {
        const isOpen = client.isActive(state, a);
        const isGuarded = isOpen && rules.guardOutlastsLeases;
        state[layout.guarded(m, a)] = isGuarded ? at(state, layout.sent(a)) + 1 : 0;
      }
      return true;
    },
    describe: ({ names }) => `${names.members[m]} restarts empty`,
  };
}

/** `restartGuardMs` is at least the longest ttl with its drift. */
function guardEnds({ layout, client }: Parts, m: number): Action {
  return {
    apply(state) {
      if (state[layout.guard(m)] === 0) return false;
      for (const a of layout.attempts) {
        const isOpen = at(state, layout.guarded(m, a)) > at(state, layout.passed(a));
        if (isOpen && client.isActive(state, a)) return false;
      }
      state[layout.guard(m)] = 0;
      return true;
    },
    describe: ({ names }) => `${names.members[m]} votes again`,
  };
}

function lockIsDeleted({ layout, member, scope }: Parts, m: number): Action {
  return {
    apply(state) {
      if (state[layout.holder(m)] === 0 || at(state, DELETION_COUNT) >= scope.deletions) {
        return false;
      }
      state[DELETION_COUNT] = at(state, DELETION_COUNT) + 1;
      member.freeLock(state, m);
      return true;
    },
    describe: ({ before, names }) =>
      `${names.clients[at(before, layout.holder(m)) - 1]}'s lock at ${names.members[m]} is deleted`,
  };
}
