import type { Action, Model, State } from "../explore.ts";
import { normalize } from "./queue-form.ts";
import {
  CLAIM,
  FENCE,
  FIELD_COUNT,
  FIRST_HOLDER,
  FIRST_RELEASE,
  FIRST_UNTIL,
  Field,
  get,
  LOCK,
  LOCK_TOKEN,
  LOCK_UNTIL,
  NOW,
  of,
  Phase,
  RELIED_ON,
  Release,
  Reply,
  Request,
  set,
  shared,
  TTL,
  WAITERS,
  WRONG,
  Wrong,
} from "./queue-layout.ts";
import type { QueueRules, QueueScope } from "./queue-rules.ts";
import { QueueServer } from "./queue-server.ts";

const NAMES: readonly string[] = ["A", "B"];

/** What must hold in every state. */
export const QUEUE_INVARIANTS = {
  exclusion: "no two clients believe that they hold",
  fencing: "every lease's token is larger than that of every lease before",
  ghost: "nothing is granted to an attempt after its release was processed",
  progress: "who waits for a free lock is granted it by a heartbeat",
} as const;

/** One server, one name, one who holds at first and two who wait, and everything that may happen. */
export function queueModel(scope: QueueScope, rules: QueueRules): Model {
  const steps = new QueueSteps(scope, rules);
  return {
    fieldCount: FIELD_COUNT,
    actions: [
      ...steps.worldActions(),
      ...WAITERS.flatMap((waiter) => [
        ...steps.clientActions(waiter),
        ...steps.messageActions(waiter),
      ]),
    ],
    start: (state) => {
      state[LOCK] = FIRST_HOLDER + 1;
      state[LOCK_UNTIL] = TTL;
      state[LOCK_TOKEN] = 1;
      state[FENCE] = 1;
      state[RELIED_ON] = 1;
      state[FIRST_UNTIL] = TTL;
    },
    names: () => ({ clients: [...NAMES], members: [] }),
    normalize: (state) => normalize(state),
    violation: (state) => steps.violation(state),
  };
}

type Apply = (state: State) => boolean;

class QueueSteps {
  readonly #scope: QueueScope;
  readonly #rules: QueueRules;
  readonly #server: QueueServer;

  constructor(scope: QueueScope, rules: QueueRules) {
    this.#scope = scope;
    this.#rules = rules;
    this.#server = new QueueServer(rules);
  }

  /** Time, and the one who holds at first. */
  worldActions(): readonly Action[] {
    return [
      action("a tick passes", (state) => {
        const now = shared(state, NOW);
        if (now >= this.#scope.ticks) return false;
        state[NOW] = now + 1;
        return true;
      }),
      action("the first holder releases", (state) => {
        if (shared(state, FIRST_UNTIL) === 0) return false;
        state[FIRST_UNTIL] = 0;
        state[FIRST_RELEASE] = 1;
        return true;
      }),
      action("the first holder's release is processed", (state) => {
        if (shared(state, FIRST_RELEASE) === 0) return false;
        state[FIRST_RELEASE] = 0;
        this.#server.release(state, FIRST_HOLDER, false);
        return true;
      }),
    ];
  }

  /** What a client does by itself. One that dies is one whose release never arrives. */
  clientActions(waiter: number): readonly Action[] {
    const name = NAMES[waiter];
    return [
      action(`${name} joins`, (state) => {
        if (get(state, waiter, Field.phase) !== Phase.idle) return false;
        set(state, of(waiter, Field.phase), Phase.joining);
        set(state, of(waiter, Field.copy), this.#scope.copies);
        return this.#send(state, waiter, Request.join);
      }),
      action(`${name} sends a heartbeat`, (state) => {
        if (get(state, waiter, Field.phase) !== Phase.waiting) return false;
        return this.#send(state, waiter, Request.beat);
      }),
      action(`${name} renews`, (state) => {
        if (!this.#relies(state, waiter)) return false;
        return this.#send(state, waiter, Request.renew);
      }),
      action(`${name} releases`, (state) => {
        if (get(state, waiter, Field.phase) !== Phase.holding) return false;
        return end(state, waiter, Release.plain);
      }),
      action(`${name} gives up`, (state) => {
        const phase = get(state, waiter, Field.phase);
        if (phase !== Phase.joining && phase !== Phase.waiting) return false;
        return end(state, waiter, Release.inDoubt);
      }),
    ];
  }

  /** What arrives, at any time after it was sent, or never. */
  messageActions(waiter: number): readonly Action[] {
    const name = NAMES[waiter];
    return [
      action(`the request of ${name} is processed`, (state) => this.#process(state, waiter)),
      action(`a second copy of the join of ${name} is processed`, (state) => {
        if (get(state, waiter, Field.copy) === 0) return false;
        set(state, of(waiter, Field.copy), 0);
        this.#server.join(state, waiter);
        return true;
      }),
      action(`the release of ${name} is processed`, (state) => {
        const release = get(state, waiter, Field.release);
        if (release === Release.none) return false;
        set(state, of(waiter, Field.release), Release.none);
        this.#server.release(state, waiter, release === Release.inDoubt);
        return true;
      }),
      action(`${name} is answered`, (state) => this.#answer(state, waiter)),
      action(`the answer to ${name} is lost`, (state) => {
        if (get(state, waiter, Field.reply) === Reply.none) return false;
        clearRequest(state, waiter);
        return true;
      }),
      action(`${name} hears that it was granted`, (state) => {
        const token = get(state, waiter, Field.message);
        if (token === 0) return false;
        const isDoubled = this.#scope.doubles && get(state, waiter, Field.isDoubled) === 0;
        set(state, of(waiter, Field.isDoubled), isDoubled ? 1 : 0);
        if (!isDoubled) {
          set(state, of(waiter, Field.message), get(state, waiter, Field.laterMessage));
          set(state, of(waiter, Field.laterMessage), 0);
        }
        this.#hear(state, waiter, token);
        return true;
      }),
    ];
  }

  violation(state: State): string | undefined {
    if (shared(state, WRONG) === Wrong.ghost) return QUEUE_INVARIANTS.ghost;
    const relying = WAITERS.filter((waiter) => this.#relies(state, waiter)).length;
    const isFirst = shared(state, NOW) < shared(state, FIRST_UNTIL);
    if (relying + (isFirst ? 1 : 0) > 1) return QUEUE_INVARIANTS.exclusion;
    if (shared(state, WRONG) === Wrong.token) return QUEUE_INVARIANTS.fencing;
    return this.#isStuck(state) ? QUEUE_INVARIANTS.progress : undefined;
  }

  /** Everybody who waits for a free lock sends a heartbeat, and nobody is granted it. */
  #isStuck(state: State): boolean {
    const waiting = WAITERS.filter((waiter) => get(state, waiter, Field.phase) === Phase.waiting);
    if (waiting.length === 0 || !this.#server.isFree(state)) return false;
    const copy = Uint8Array.from(state);
    const replies = waiting.map((waiter) => this.#server.beat(copy, waiter)[0]);
    return this.#server.isFree(copy) && replies.every((reply) => reply === Reply.waiting);
  }

  #relies(state: State, waiter: number): boolean {
    const isHolding = get(state, waiter, Field.phase) === Phase.holding;
    return isHolding && shared(state, NOW) < get(state, waiter, Field.validUntil);
  }

  /** One request at a time. */
  #send(state: State, waiter: number, request: number): boolean {
    const isBusy =
      get(state, waiter, Field.request) !== Request.none ||
      get(state, waiter, Field.reply) !== Reply.none;
    if (isBusy) return false;
    set(state, of(waiter, Field.request), request);
    set(state, of(waiter, Field.requestAt), shared(state, NOW));
    return true;
  }

  #process(state: State, waiter: number): boolean {
    const request = get(state, waiter, Field.request);
    if (request === Request.none) return false;
    set(state, of(waiter, Field.request), Request.none);
    const [reply, value] = this.#run(state, waiter, request);
    set(state, of(waiter, Field.reply), reply);
    set(state, of(waiter, Field.replyValue), value);
    return true;
  }

  #run(state: State, waiter: number, request: number): readonly [number, number] {
    if (request === Request.join) return this.#server.join(state, waiter);
    if (request === Request.beat) return this.#server.beat(state, waiter);
    return this.#server.renew(state, waiter);
  }

  #answer(state: State, waiter: number): boolean {
    const reply = get(state, waiter, Field.reply);
    if (reply === Reply.none) return false;
    const [sentAt, value] = [
      get(state, waiter, Field.requestAt),
      get(state, waiter, Field.replyValue),
    ];
    const phase = get(state, waiter, Field.phase);
    clearRequest(state, waiter);
    if (phase === Phase.over || phase === Phase.idle) return true;
    if (reply === Reply.granted) this.#hold(state, waiter, { token: value, until: sentAt + TTL });
    else if (phase === Phase.holding) return true;
    else if (reply === Reply.absent) set(state, of(waiter, Field.phase), Phase.over);
    else {
      set(state, of(waiter, Field.phase), Phase.waiting);
      set(state, of(waiter, Field.basisAt), sentAt + 1);
      set(state, of(waiter, Field.basisStamp), value);
    }
    return true;
  }

  #hear(state: State, waiter: number, token: number): void {
    if (get(state, waiter, Field.phase) !== Phase.waiting) return;
    const isOld = token <= get(state, waiter, Field.basisStamp);
    if (this.#rules.tokenAboveBasis && isOld) return;
    const now = shared(state, NOW);
    const from = this.#rules.countsFromBasis ? get(state, waiter, Field.basisAt) - 1 : now;
    if (now < from + CLAIM) this.#hold(state, waiter, { token, until: from + CLAIM });
  }

  #hold(
    state: State,
    waiter: number,
    { token, until }: { readonly token: number; readonly until: number },
  ): void {
    if (get(state, waiter, Field.phase) !== Phase.holding) {
      if (shared(state, NOW) >= until) {
        // Too late: it is given back.
        end(state, waiter, Release.inDoubt);
        return;
      }
      if (token <= shared(state, RELIED_ON)) state[WRONG] = Wrong.token;
      state[RELIED_ON] = Math.max(token, shared(state, RELIED_ON));
      set(state, of(waiter, Field.phase), Phase.holding);
      set(state, of(waiter, Field.basisAt), 0);
      set(state, of(waiter, Field.basisStamp), 0);
    }
    const known = get(state, waiter, Field.validUntil);
    // A holder that ran out is over: nothing revives it.
    if (known > 0 && shared(state, NOW) >= known) return;
    set(state, of(waiter, Field.validUntil), Math.max(known, until));
  }
}

function end(state: State, waiter: number, release: number): boolean {
  set(state, of(waiter, Field.phase), Phase.over);
  set(state, of(waiter, Field.release), release);
  for (const field of [Field.basisAt, Field.basisStamp, Field.validUntil]) {
    set(state, of(waiter, field), 0);
  }
  return true;
}

function clearRequest(state: State, waiter: number): void {
  set(state, of(waiter, Field.reply), Reply.none);
  set(state, of(waiter, Field.replyValue), 0);
  set(state, of(waiter, Field.requestAt), 0);
}

function action(what: string, apply: Apply): Action {
  return { apply, describe: () => what };
}
