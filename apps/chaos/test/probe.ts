import { createConnection, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Ground } from "../src/ground.ts";
import type { Question } from "./question.ts";
import { EtcdQuestion } from "./question-etcd.ts";
import { PostgresQuestion } from "./question-postgres.ts";
import { RedisQuestion } from "./question-redis.ts";

const ASK_EVERY_MS = 15;

/** What a client saw. */
export interface Observations {
  readonly errors: readonly string[];
  readonly tookMsMax: number;
  readonly answerCount: number;
  /** How far the server's clock was ahead, by each answer: too little by what the request took. */
  readonly aheadMs: readonly number[];
  /** How often a connection without traffic of its own came to an end. */
  readonly closedCount: number;
  /** Messages that arrived on it, where the server sends any. */
  readonly heardCount: number;
}

/** A client of one member, through its proxy, that asks all the time. */
export class Probe {
  readonly #question: Question;
  readonly #standing: () => Socket;
  readonly #errors: string[] = [];
  readonly #aheadMs: number[] = [];
  #tookMsMax = 0;
  #closedCount = 0;
  #heardCount = 0;
  #isStopped = false;
  #socket: Socket;
  #asking: Promise<void> | undefined;
  #answerCount = 0;

  constructor(ground: Ground, index: number) {
    const member = ground.members[index];
    if (member === undefined) throw new RangeError(`there is no member ${index}`);
    const { host, port } = member.proxy;
    this.#question = questionTo(ground, { host, port });
    this.#standing = () => {
      const socket = createConnection({ host, port });
      // A Redis server then tells of every answer that it gives.
      if ("command" in member.server) socket.write("SUBSCRIBE probe\r\n");
      socket.on("error", () => {});
      socket.on("data", (bytes: Buffer) => this.#hear(bytes));
      socket.once("close", () => this.#closed(socket));
      return socket;
    };
    this.#socket = this.#standing();
  }

  /** Whether a question is answered right now; the first one that is begins the asking. */
  async isWell(): Promise<boolean> {
    try {
      await this.#question.ask();
      if (!this.#isStopped) this.#asking ??= this.#askOn();
      return true;
    } catch {
      return false;
    }
  }

  /** What was seen until now; it asks no more by itself. */
  stop(): Observations {
    this.#isStopped = true;
    return {
      errors: [...this.#errors],
      tookMsMax: this.#tookMsMax,
      answerCount: this.#answerCount,
      aheadMs: [...this.#aheadMs],
      closedCount: this.#closedCount,
      heardCount: this.#heardCount,
    };
  }

  async close(): Promise<void> {
    this.#isStopped = true;
    this.#socket.destroy();
    await this.#asking;
    await this.#question.close();
  }

  async #askOn(): Promise<void> {
    while (!this.#isStopped) {
      await this.#askOnce();
      await sleep(ASK_EVERY_MS);
    }
  }

  async #askOnce(): Promise<void> {
    const sentAtMs = Date.now();
    try {
      const wallMs = await this.#question.ask();
      this.#answerCount += 1;
      if (wallMs !== undefined) this.#aheadMs.push(wallMs - sentAtMs);
    } catch (error) {
      this.#errors.push(textOf(error));
    }
    this.#tookMsMax = Math.max(this.#tookMsMax, Date.now() - sentAtMs);
  }

  #hear(bytes: Buffer): void {
    if (this.#asking !== undefined && bytes.includes("message")) this.#heardCount += 1;
  }

  #closed(socket: Socket): void {
    if (this.#isStopped || socket !== this.#socket) return;
    this.#closedCount += 1;
    // A moment later, since a proxy that refuses would be asked all the time.
    setTimeout(() => {
      if (!this.#isStopped) this.#socket = this.#standing();
    }, ASK_EVERY_MS);
  }
}

function questionTo(
  ground: Ground,
  at: { readonly host: string; readonly port: number },
): Question {
  switch (ground.backend) {
    case "redis":
    case "redlock":
      return new RedisQuestion(at);
    case "postgres":
      return new PostgresQuestion(at);
    case "etcd":
      return new EtcdQuestion(at);
  }
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? `${String(error.code)} ` : "";
  const cause = error.cause === undefined ? "" : `: ${textOf(error.cause)}`;
  return `${code}${error.message}${cause}`;
}
