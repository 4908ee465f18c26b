import type { Hold } from "./hold.ts";
import type { PlainStatement, PostgresNotification } from "./postgres-client.ts";
import type { Session } from "./session.ts";

/** What the holding process is asked. */
export interface HolderQuestion {
  readonly do: "inspect" | "break";
  readonly key: string;
  /** The session that has the lock, which tells the process that is meant. */
  readonly pid: number;
  /** With `break`: which holding, or `any`. */
  readonly incarnation?: string;
}

/** What it answers. Never a holderId. */
export interface HolderAnswer {
  readonly incarnation: string;
  readonly fencingToken?: string;
  readonly sinceMs: number;
  readonly description: string;
  /** With `break`: whether it was that holding, which is over now. */
  readonly isBroken: boolean;
}

interface ChannelHost {
  /** Tells apart the processes, for the answers. */
  readonly id: string;
  find(question: HolderQuestion): Hold | undefined;
  /** Gives one lock up; resolves when it is free, true if it was held. */
  giveUp(hold: Hold): Promise<boolean>;
  /** Another session to listen on, when this one has ended. */
  next(): Session | undefined;
  /** Sends a statement on any session, and forgets it. */
  send(statement: PlainStatement): void;
}

/** Every provider listens here; its questions name the session that is meant. */
const CHANNEL = "holdfast";
/** A notification is refused from 8,000 bytes on. */
const PAYLOAD_BYTES_MAX = 7_900;

function notify(channel: string, message: object): PlainStatement {
  const values = [channel, JSON.stringify(message)];
  return { text: "SELECT pg_notify($1, $2)", values, rowMode: "array" };
}

/**
 * Questions to the process that has a lock, by NOTIFY on the sessions that hold: the server knows which
 * session has a lock, and only its process knows whose it is. One session of a provider listens.
 */
export class HolderChannel {
  readonly #host: ChannelHost;
  #session: Session | undefined;
  readonly #asked = new Map<string, (answer: HolderAnswer) => void>();
  #count = 0;

  constructor(host: ChannelHost) {
    this.#host = host;
  }

  get isListening(): boolean {
    return this.#session !== undefined && !this.#session.isEnded;
  }

  /**
   * Listens on this session, unless another does, and on another when it has ended. One that cannot is asked
   * in vain, no more; nobody waits for its answer, which may never come.
   */
  listenOn(session: Session): void {
    if (this.isListening) return;
    this.#session = session;
    session.onNotification((notification) => this.#heard(notification));
    session.onEnd(() => {
      const next = this.#host.next();
      if (next !== undefined) this.listenOn(next);
    });
    const text = `LISTEN "${CHANNEL}"; LISTEN "${this.#own}"`;
    session.run({ text, rowMode: "array" }).catch(() => undefined);
  }

  /** Resolves with the answer, if one ever comes; `forget` ends the waiting for it. */
  ask(question: HolderQuestion): {
    readonly answer: Promise<HolderAnswer>;
    readonly forget: () => void;
  } {
    this.#count += 1;
    const id = String(this.#count);
    const answer = new Promise<HolderAnswer>((resolve) => this.#asked.set(id, resolve));
    this.#host.send(notify(CHANNEL, { ...question, id, to: this.#own }));
    return { answer, forget: () => void this.#asked.delete(id) };
  }

  get #own(): string {
    return `${CHANNEL}_${this.#host.id}`;
  }

  #heard({ channel, payload = "" }: PostgresNotification): void {
    const message = parsed(payload);
    if (message === undefined) return;
    if (channel === this.#own) this.#asked.get(String(message["id"]))?.(message as never);
    else if (channel === CHANNEL) void this.#answer(message);
  }

  async #answer(message: Readonly<Record<string, unknown>>): Promise<void> {
    const { id, to, do: verb, key, pid, incarnation } = message;
    if (typeof id !== "string" || typeof to !== "string") return;
    if (typeof key !== "string" || typeof pid !== "number") return;
    if (verb !== "inspect" && verb !== "break") return;
    const which = typeof incarnation === "string" ? { incarnation } : {};
    const question: HolderQuestion = { do: verb, key, pid, ...which };
    const hold = this.#host.find(question);
    if (hold === undefined) return;
    const answer = await answerOf(hold, question, this.#host);
    const reply = { ...answer, id };
    if (Buffer.byteLength(JSON.stringify(reply)) > PAYLOAD_BYTES_MAX) return;
    this.#host.send(notify(to, reply));
  }
}

/** What the process that has the lock says, and does when it is asked to break it. */
export async function answerOf(
  hold: Hold,
  question: HolderQuestion,
  host: Pick<ChannelHost, "giveUp">,
): Promise<HolderAnswer> {
  const { incarnation, fencingToken, sinceMs, description } = hold;
  const isMeant = question.incarnation === "any" || question.incarnation === incarnation;
  const isBroken = question.do === "break" && isMeant && (await host.giveUp(hold));
  const token = fencingToken === undefined ? {} : { fencingToken: String(fencingToken) };
  return { incarnation, sinceMs, description, isBroken, ...token };
}

function parsed(payload: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const message: unknown = JSON.parse(payload);
    return typeof message === "object" && message !== null ? { ...message } : undefined;
  } catch {
    // Anybody may notify; what is not ours says nothing.
    return undefined;
  }
}
