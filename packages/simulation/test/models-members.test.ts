import {
  ACQUIRE_AS_MEMBER,
  evalInFull,
  JOIN,
  RELEASE,
  RELEASE_IN_DOUBT,
  RENEW_AND_RAISE,
} from "@holdfast/redis/scripts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { at, Layout } from "../src/models/layout.ts";
import { MemberSteps } from "../src/models/member-steps.ts";
import { RULES } from "../src/models/rules.ts";
import { QUIET } from "../src/models/scope.ts";
import { stateBuffer } from "../src/models/state-set.ts";
import { SimulatedRedis } from "../src/redis/simulated-redis.ts";

/** Proposals are clamped to the time plus and minus this, so here they are taken as they are. */
const SLACK_US = 1_000_000_000_000_000;
const TTL_MS = "60000";
const SEQUENCES = 2_000;
const SINCE = ":1700000000000:";
const [LOCK, FENCE, MARKER] = ["{name}", "{name}:f", "member"];
const [QUEUE, WAITERS] = ["{name}:q", "{name}:w"];

type Operation =
  | { readonly kind: "acquire" | "restore" | "raise"; readonly a: number; readonly token: number }
  | { readonly kind: "release"; readonly a: number; readonly isInDoubt: boolean }
  | { readonly kind: "delete" };

const attempt = fc.integer({ min: 0, max: 2 });
const token = fc.integer({ min: 1, max: 9 });
const operations = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom("acquire", "restore", "raise"), a: attempt, token }),
    fc.record({ kind: fc.constant("release" as const), a: attempt, isInDoubt: fc.boolean() }),
    fc.record({ kind: fc.constant("delete" as const) }),
  ),
  { minLength: 1, maxLength: 40 },
);

/** One member of the model. */
class ModelMember {
  readonly #layout = new Layout({ ...QUIET, attempts: 3 });
  readonly #steps = new MemberSteps(this.#layout, RULES);
  readonly #state = stateBuffer(this.#layout.fieldCount).fields;

  do(operation: Operation): string {
    const state = this.#state;
    if (operation.kind === "delete") {
      this.#steps.freeLock(state, 0);
      return "";
    }
    const pair = [0, operation.a] as const;
    if (operation.kind === "release") {
      const isOwn = state[this.#layout.holder(0)] === operation.a + 1;
      this.#steps.release(state, pair, operation.isInDoubt);
      return isOwn ? "1" : "0";
    }
    if (operation.kind === "acquire") {
      return this.#tokenIf(this.#steps.acquire(state, pair, operation.token));
    }
    state[this.#layout.token(operation.a)] = operation.token;
    const isYes =
      operation.kind === "raise"
        ? this.#steps.raise(state, pair)
        : this.#steps.restore(state, pair);
    return this.#tokenIf(isYes);
  }

  /** Holder, token and fence. */
  memory(): string {
    const [holder, lockToken, fence] = [
      at(this.#state, this.#layout.holder(0)),
      at(this.#state, this.#layout.lockToken(0)),
      at(this.#state, this.#layout.fence(0)),
    ];
    return `${holder === 0 ? "" : `h${holder - 1}:${lockToken}`} ${fence}`;
  }

  #tokenIf(isYes: boolean): string {
    return isYes ? `+${at(this.#state, this.#layout.lockToken(0))}` : "no";
  }
}

/** The scripts, as the server runs them. */
class ScriptMember {
  readonly #server = new SimulatedRedis({ nowUs: () => SLACK_US, runId: "1" });
  readonly #marker: string;

  constructor() {
    const join = evalInFull(JOIN, "1", MARKER, "fingerprint", TTL_MS, "0", "", "1");
    [this.#marker] = this.#server.execute(join) as [string];
  }

  do(operation: Operation): string {
    const server = this.#server;
    if (operation.kind === "delete") {
      server.execute(["DEL", LOCK]);
      return "";
    }
    const holder = `h${operation.a}:`;
    const tombstone = `{name}:t:${operation.a}`;
    if (operation.kind === "release") {
      const command = operation.isInDoubt
        ? evalInFull(RELEASE_IN_DOUBT, "5", LOCK, FENCE, tombstone, QUEUE, WAITERS, holder, TTL_MS)
        : evalInFull(RELEASE, "4", LOCK, FENCE, QUEUE, WAITERS, holder);
      return String(server.execute(command));
    }
    const wanted = String(operation.token);
    if (operation.kind !== "raise") {
      const keys = ["4", LOCK, FENCE, tombstone, MARKER];
      const slackUs = operation.kind === "restore" ? "" : String(SLACK_US);
      const ballot = [wanted, slackUs, TTL_MS, this.#marker];
      const command = evalInFull(ACQUIRE_AS_MEMBER, ...keys, holder, TTL_MS, SINCE, ...ballot);
      return tokenOf(server.execute(command));
    }
    const command = evalInFull(RENEW_AND_RAISE, "2", LOCK, FENCE, holder, TTL_MS, wanted, TTL_MS);
    const [reply] = server.execute(command) as [unknown];
    return tokenOf(reply);
  }

  memory(): string {
    const value = this.#server.execute(["GET", LOCK]);
    const fence = this.#server.execute(["GET", FENCE]);
    return `${String(value ?? "").split(SINCE)[0]} ${String(fence ?? 0)}`;
  }
}

function tokenOf(reply: unknown): string {
  const [, digits] = /^\+(\d+)/.exec(String(reply)) ?? [];
  return digits === undefined ? "no" : `+${digits}`;
}

test("a member of the model answers and remembers what the scripts do", () => {
  fc.assert(
    fc.property(operations, (sequence) => {
      const [model, scripts] = [new ModelMember(), new ScriptMember()];
      for (const operation of sequence) {
        expect(model.do(operation)).toBe(scripts.do(operation));
        expect(model.memory()).toBe(scripts.memory());
      }
    }),
    { numRuns: SEQUENCES, seed: 1 },
  );
});
