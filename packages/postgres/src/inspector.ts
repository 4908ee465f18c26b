import { type BreakTarget, LockError, type LockState } from "@holdfast/core";
import { faultError, noAnswer } from "./classify-error.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Hold } from "./hold.ts";
import type { HoldSessions } from "./hold-sessions.ts";
import {
  answerOf,
  type HolderAnswer,
  HolderChannel,
  type HolderQuestion,
} from "./holder-channel.ts";
import { type Held, type Holder, heldOf, holderQuery } from "./holder-query.ts";
import type { PostgresStatement } from "./postgres-client.ts";
import { StatementFault } from "./session.ts";
import { terminate } from "./sql.ts";

interface InspectorHost {
  readonly sessions: HoldSessions;
  readonly deadlines: Deadlines;
  /** Tells the processes apart. */
  readonly id: string;
  key(name: string): string;
  holderOf(key: string): Hold | undefined;
  giveUp(hold: Hold): Promise<boolean>;
}

/** What operators ask: who has a lock, and that it be given up. */
export class Inspector {
  readonly channel: HolderChannel;
  readonly #host: InspectorHost;

  constructor(host: InspectorHost) {
    this.#host = host;
    this.channel = new HolderChannel({
      id: host.id,
      find: (question) => this.#find(question),
      giveUp: (hold) => host.giveUp(hold),
      next: () => host.sessions.any()?.session,
      send: (statement) => this.#send(statement),
    });
  }

  /** Rejects with a LockError where the server does not answer; a silent holder is told as far as known. */
  async inspect(name: string): Promise<LockState> {
    const key = this.#host.key(name);
    const { holder, waiterCount: waiters } = await this.#held(key, name);
    if (holder === undefined) return { name, held: false, waiters };
    const answer = await this.#ask({ do: "inspect", key, pid: holder.pid });
    if (answer === undefined) {
      const description = `${holder.application || "a session"}, pid ${holder.pid}`;
      return { name, held: true, waiters, incarnation: `${holder.pid}:`, description };
    }
    const { incarnation, sinceMs, description, fencingToken } = answer;
    const token = fencingToken === undefined ? {} : { fencingToken: BigInt(fencingToken) };
    return { name, held: true, waiters, incarnation, sinceMs, description, ...token };
  }

  /**
   * Asks the holder to give it up. One that does not answer is ended with `force`, and everything on its
   * session with it; without, it rejects and says how much that would be.
   */
  async breakLock(name: string, { incarnation, force = false }: BreakTarget): Promise<boolean> {
    const key = this.#host.key(name);
    const { holder } = await this.#held(key, name);
    const isMeant =
      holder !== undefined && (incarnation === "any" || incarnation.startsWith(`${holder.pid}:`));
    if (!isMeant) return false;
    const answer = await this.#ask({ do: "break", key, pid: holder.pid, incarnation });
    if (answer !== undefined) return answer.isBroken;
    if (!force) throw silentHolder(name, holder);
    return await this.#end(key, name, holder);
  }

  async #held(key: string, name: string): Promise<Held> {
    return heldOf(await this.#query(holderQuery(key), name));
  }

  /** Only that session, and only if it has the lock still. */
  async #end(key: string, name: string, { pid, startedAt }: Holder): Promise<boolean> {
    const { holder } = await this.#held(key, name);
    if (holder?.pid !== pid || holder.startedAt !== startedAt) return false;
    return (await this.#query(terminate({ pid, startedAt }), name)).length > 0;
  }

  async #query(
    statement: PostgresStatement,
    lockName: string,
  ): Promise<readonly (readonly unknown[])[]> {
    const { sessions, deadlines } = this.#host;
    const asked = sessions.control().then(async (control) => {
      return (await control.query(statement)).result.rows;
    });
    const late = (): never[] | undefined => undefined;
    try {
      const rows = await deadlines.within<readonly (readonly unknown[])[] | undefined>(asked, late);
      if (rows !== undefined) return rows;
    } catch (error) {
      if (LockError.is(error)) throw error;
      if (error instanceof StatementFault) throw faultError(error.fault, "unknown", lockName);
      throw error;
    }
    throw faultError(noAnswer(`no answer within ${deadlines.timeoutMs} ms`), "unknown", lockName);
  }

  /** Undefined when the holder does not answer in time. */
  async #ask(question: HolderQuestion): Promise<HolderAnswer | undefined> {
    const own = this.#find(question);
    if (own !== undefined) return await answerOf(own, question, this.#host);
    const { answer, forget } = this.channel.ask(question);
    return await this.#host.deadlines
      .within<HolderAnswer | undefined>(answer, () => undefined)
      .finally(forget);
  }

  #find({ key, pid }: HolderQuestion): Hold | undefined {
    const hold = this.#host.holderOf(key);
    return hold?.state === "held" && hold.host?.session.facts.pid === pid ? hold : undefined;
  }

  /** Without an answer the asker's own time ends the waiting. */
  #send(statement: PostgresStatement): void {
    this.#host.sessions
      .control()
      .then((control) => control.query(statement))
      .catch(() => undefined);
  }
}

function silentHolder(lockName: string, { application, pid, lockCount }: Holder): LockError {
  return new LockError(
    "BACKEND_UNAVAILABLE",
    `postgres: the holder of ${JSON.stringify(lockName)} (${application || "a session"}, pid ${pid}) does ` +
      `not answer; force: true ends its session, and with it ${lockCount} locks`,
    { lockName, outcome: "unknown" },
  );
}
