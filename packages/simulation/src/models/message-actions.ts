import type { ClientSteps } from "./client-steps.ts";
import type { Action } from "./explore.ts";
import {
  ASKING,
  at,
  BURIED,
  COPY,
  COPY_COUNT,
  HOLDING,
  IN_DOUBT,
  type Layout,
  LOST,
  MEMBERS,
  NONE,
  NOTHING,
  PLAIN,
  RAISING,
  SENT,
  YES_COMING,
} from "./layout.ts";
import type { MemberSteps, Pair } from "./member-steps.ts";
import type { Rules } from "./rules.ts";
import type { Scope } from "./scope.ts";
import { conclusion, lockAt } from "./words.ts";

/** What the actions are made of. */
export interface Parts {
  readonly scope: Scope;
  readonly rules: Rules;
  readonly layout: Layout;
  readonly client: ClientSteps;
  readonly member: MemberSteps;
}

/**
 * Every request of the attempt, and every answer that its client acts on, arrives at any later time, in any
 * order, or never. Answers that only narrow what the client may do are heard at once, since hearing
 * of them later allows it nothing more: a refusal, a lock that was not found, a grant after the lease was made.
 */
export function messageActions(parts: Parts, a: number): Action[] {
  return MEMBERS.flatMap((m) => {
    const pair = [m, a] as const;
    return [
      askArrives(parts, pair),
      ...(parts.scope.copies > 0 ? [askIsCopied(parts, pair)] : []),
      grantIsHeard(parts, pair),
      refusedIsAskedAgain(parts, pair),
      raiseArrives(parts, pair),
      raiseIsHeard(parts, pair),
      releaseArrives(parts, pair),
      ...(parts.scope.renewals > 0 ? renewalActions(parts, pair) : []),
    ];
  });
}

function askArrives({ layout, client, member }: Parts, pair: Pair): Action {
  const [m, a] = pair;
  const ask = layout.ask(m, a);
  return {
    apply(state) {
      const isCopy = state[ask] === COPY;
      if (state[ask] !== SENT && !isCopy) return false;
      const isGranted = member.acquire(state, pair, at(state, layout.proposal(a)));
      state[ask] = NONE;
      if (isCopy || !client.isActive(state, a)) return true;
      if (!isGranted) client.refused(state, pair);
      else if (state[layout.phase(a)] === HOLDING) client.granted(state, pair);
      else {
        state[ask] = YES_COMING;
        state[layout.voteToken(m, a)] = at(state, layout.lockToken(m));
      }
      return true;
    },
    describe: (step) => {
      const what = step.before[ask] === COPY ? "copied acquire" : "acquire";
      return `${step.names.clients[a]}'s ${what} reaches ${step.names.members[m]}: ${lockAt(layout, m, step)}`;
    },
  };
}

/** The connection breaks after the acquire took effect, and the driver sends it again. */
function askIsCopied({ layout, member, scope }: Parts, pair: Pair): Action {
  const [m, a] = pair;
  const ask = layout.ask(m, a);
  return {
    apply(state) {
      if (state[ask] !== SENT || at(state, COPY_COUNT) >= scope.copies) return false;
      member.acquire(state, pair, at(state, layout.proposal(a)));
      state[ask] = COPY;
      state[COPY_COUNT] = at(state, COPY_COUNT) + 1;
      return true;
    },
    describe: (step) =>
      `${step.names.clients[a]}'s acquire reaches ${step.names.members[m]}: ` +
      `${lockAt(layout, m, step)}; the connection breaks and a copy is sent`,
  };
}

function grantIsHeard({ layout, client }: Parts, pair: Pair): Action {
  const [m, a] = pair;
  const ask = layout.ask(m, a);
  return {
    apply(state) {
      if (state[ask] !== YES_COMING) return false;
      state[ask] = NONE;
      client.granted(state, pair);
      return true;
    },
    describe: (step) =>
      `${step.names.clients[a]} hears that ${step.names.members[m]} granted` +
      conclusion(layout, pair, step),
  };
}

/**
 * `Election#askAgain`, and members that are asked later because the lead is asked alone. The request is the
 * same: one holderId, one proposal.
 */
function refusedIsAskedAgain({ layout, client }: Parts, pair: Pair): Action {
  const [m, a] = pair;
  return {
    apply(state) {
      const isRefused = state[layout.seat(m, a)] === NOTHING && state[layout.open(m, a)] === 0;
      if (state[layout.phase(a)] !== ASKING || !isRefused) return false;
      if (state[layout.guard(m)] === 1) return false;
      client.askMember(state, pair);
      return true;
    },
    describe: ({ names }) => `${names.clients[a]} asks ${names.members[m]} again`,
  };
}

function raiseArrives({ layout, member, rules }: Parts, pair: Pair): Action {
  const [m, a] = pair;
  const raise = layout.raise(m, a);
  return {
    apply(state) {
      if (state[raise] !== SENT) return false;
      const isFound = member.raise(state, pair);
      const isRaised = isFound && state[layout.lockToken(m)] === state[layout.token(a)];
      // A client with the clamped raises of a variant takes a yes for a yes.
      const isVote = isRaised || (isFound && !rules.raisesUnclamped);
      state[raise] = isVote && state[layout.phase(a)] === RAISING ? YES_COMING : NONE;
      return true;
    },
    describe: (step) =>
      `${step.names.clients[a]}'s raise to ${at(step.before, layout.token(a))} ` +
      `reaches ${step.names.members[m]}: ${lockAt(layout, m, step)}`,
  };
}

function raiseIsHeard({ layout, client }: Parts, pair: Pair): Action {
  const [m, a] = pair;
  const raise = layout.raise(m, a);
  return {
    apply(state) {
      if (state[raise] !== YES_COMING) return false;
      state[raise] = NONE;
      client.raised(state, pair);
      return true;
    },
    describe: (step) =>
      `${step.names.clients[a]} hears that ${step.names.members[m]} raised` +
      conclusion(layout, pair, step),
  };
}

function releaseArrives({ layout, member }: Parts, pair: Pair): Action {
  const [m, a] = pair;
  const release = layout.release(m, a);
  return {
    apply(state) {
      if (state[release] !== PLAIN && state[release] !== IN_DOUBT) return false;
      member.release(state, pair, state[release] === IN_DOUBT);
      return true;
    },
    describe: ({ after, names }) => {
      const what = after[release] === BURIED ? "release in doubt" : "release";
      return `${names.clients[a]}'s ${what} reaches ${names.members[m]}`;
    },
  };
}

function renewalActions(parts: Parts, pair: Pair): Action[] {
  const rounds = Array.from({ length: parts.scope.renewals }, (_, index) => index + 1);
  return [
    ...rounds.map((g) => renewalArrives(parts, pair, g)),
    ...rounds.map((g) => renewalIsHeard(parts, pair, g)),
    repairIsSent(parts, pair),
    repairArrives(parts, pair),
  ];
}

function renewalArrives({ layout, rules, member }: Parts, pair: Pair, g: number): Action {
  const [m, a] = pair;
  const renewal = layout.renewal(m, a, g);
  return {
    apply(state) {
      if (state[renewal] !== SENT) return false;
      // `Tally.request` raises too, to the lease's token, so no vote is worth less than another.
      const isFound = member.raise(state, pair);
      // `Tally#wasSucceeded`.
      const wasSucceeded = at(state, layout.lockToken(m)) > at(state, layout.token(a)) + 1;
      if (state[layout.sent(a)] !== g) state[renewal] = NONE;
      else if (!isFound) state[renewal] = LOST;
      else state[renewal] = wasSucceeded && rules.refusesSuccessors ? NONE : YES_COMING;
      return true;
    },
    describe: (step) =>
      `${step.names.clients[a]}'s renewal ${g} reaches ${step.names.members[m]}: ` +
      lockAt(layout, m, step),
  };
}

function renewalIsHeard({ layout, client }: Parts, pair: Pair, g: number): Action {
  const [m, a] = pair;
  const renewal = layout.renewal(m, a, g);
  return {
    apply(state) {
      if (state[renewal] !== YES_COMING) return false;
      client.renewed(state, pair);
      return true;
    },
    describe: (step) =>
      `${step.names.clients[a]} hears that ${step.names.members[m]} renewed` +
      conclusion(layout, pair, step),
  };
}

/** Only after a majority renewed, and not while another repair is under way. */
function repairIsSent({ layout, rules, client }: Parts, pair: Pair): Action {
  const [m, a] = pair;
  return {
    apply(state) {
      const sent = at(state, layout.sent(a));
      if (state[layout.phase(a)] !== HOLDING || sent === 0) return false;
      if (state[layout.renewal(m, a, sent)] !== LOST || state[layout.repair(m, a)] !== NONE)
        return false;
      if (rules.repairsAreNoVotes && state[layout.valid(a)] !== sent) return false;
      client.repair(state, pair);
      return true;
    },
    describe: ({ names }) => `${names.clients[a]} repairs its lock at ${names.members[m]}`,
  };
}

function repairArrives({ layout, client, member }: Parts, pair: Pair): Action {
  const [m, a] = pair;
  const repair = layout.repair(m, a);
  return {
    apply(state) {
      if (state[repair] !== SENT) return false;
      const isGranted = member.restore(state, pair);
      state[repair] = NONE;
      if (client.isActive(state, a)) client.repaired(state, pair, isGranted);
      return true;
    },
    describe: (step) =>
      `${step.names.clients[a]}'s repair reaches ${step.names.members[m]}: ` +
      lockAt(layout, m, step) +
      conclusion(layout, pair, step),
  };
}
