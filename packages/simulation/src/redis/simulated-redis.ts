import { Keyspace } from "./keyspace.ts";
import { PushMessage } from "./push-message.ts";
import { NO_SCRIPT, ReplyError, WRONG_TYPE } from "./reply-error.ts";
import { operand, type ScriptMachine } from "./script-machine.ts";
import { type KnownScript, knownScripts } from "./script-machines.ts";

/** What a crash takes: all of memory, what was written in the last second, or nothing. */
export type CrashLoss = "nothing" | "last-second" | "everything";

interface SimulatedRedisOptions {
  /** The server's wall clock in whole microseconds since the epoch. It may be set either way. */
  readonly nowUs: () => number;
  readonly runId: string;
  /** Told what is published, whoever listens. Default: nobody. */
  readonly onPublish?: (channel: string, text: string) => void;
}

/** How a connection is told what it did not ask for. */
type Push = (message: PushMessage) => void;

const scriptOfText: ReadonlyMap<string, KnownScript> = new Map(
  knownScripts.map((known) => [known.script.text, known]),
);

/**
 * One Redis server, single-threaded and in memory, for exactly the commands that `@holdfast/redis` sends
 * and the few with which an operator or a test disturbs it. Expiry, TIME and uptime all follow the wall
 * clock, as in Redis. Connections, delays and down time are the network's part.
 */
export class SimulatedRedis {
  readonly #nowUs: () => number;
  readonly #keyspace: Keyspace;
  /** The script cache, by hash. */
  readonly #loaded = new Map<string, ScriptMachine>();
  /** Of each channel. Connections that have ended stay: what they are told goes nowhere. */
  readonly #subscribers = new Map<string, Push[]>();
  #runId = "";
  #startedUs = 0;
  #isRunning = false;

  constructor({ nowUs, runId, onPublish }: SimulatedRedisOptions) {
    this.#nowUs = nowUs;
    this.#keyspace = new Keyspace((channel, text) => {
      onPublish?.(channel, text);
      for (const push of this.#subscribers.get(channel) ?? []) {
        push(new PushMessage(channel, text));
      }
    });
    this.start(runId);
  }

  /** A random id of the running process: another one after every start. */
  get runId(): string {
    return this.#runId;
  }

  /**
   * Executes one command at once. An Error instance is an error reply; throws while crashed. What a
   * connection subscribes to comes by `push`.
   */
  execute(command: readonly string[], push?: Push): unknown {
    if (!this.#isRunning) throw new Error("a crashed server was given a command");
    this.#keyspace.setClock(this.#nowUs());
    try {
      return command[0] === "SUBSCRIBE"
        ? this.#subscribe(operand(command, 1), push)
        : this.#reply(command);
    } catch (error) {
      if (error instanceof ReplyError) return error;
      throw error;
    }
  }

  /** Ends the process: the script cache is gone, of the data what `loss` says. */
  crash(loss: CrashLoss): void {
    this.#isRunning = false;
    this.#subscribers.clear();
    this.#loaded.clear();
    this.#keyspace.setClock(this.#nowUs());
    if (loss === "everything") this.#keyspace.loseEverything();
    else if (loss === "last-second") this.#keyspace.loseLastSecond();
    else this.#keyspace.loseNothing();
  }

  /** Starts the process after a crash: uptime begins at 0, under a new `runId`. */
  start(runId: string): void {
    this.#runId = runId;
    this.#startedUs = this.#nowUs();
    this.#isRunning = true;
  }

  /** The keys that exist, also while crashed. */
  keys(): readonly string[] {
    this.#keyspace.setClock(this.#nowUs());
    return this.#keyspace.keys();
  }

  #reply(command: readonly string[]): unknown {
    switch (command[0]) {
      case "evalsha":
        return this.#run(this.#loaded.get(operand(command, 1)), command);
      case "eval":
        return this.#run(this.#load(operand(command, 1)), command);
      case "INFO":
        return this.#info();
      case "PING":
        return "PONG";
      case "SCRIPT":
        return this.#script(operand(command, 1));
      case "FLUSHALL":
        this.#keyspace.clear();
        return "OK";
      default:
        return this.#keyCommand(command);
    }
  }

  #subscribe(channel: string, push: Push | undefined): readonly unknown[] {
    const subscribers = this.#subscribers.get(channel) ?? [];
    if (push !== undefined) subscribers.push(push);
    this.#subscribers.set(channel, subscribers);
    return ["subscribe", channel, 1];
  }

  #run(machine: ScriptMachine | undefined, command: readonly string[]): unknown {
    if (machine === undefined) return NO_SCRIPT;
    const argsAt = 3 + Number(command[2]);
    return machine(this.#keyspace, command.slice(3, argsAt), command.slice(argsAt));
  }

  #load(text: string): ScriptMachine {
    const known = scriptOfText.get(text);
    if (known === undefined) throw new Error("a script without a state machine was sent");
    this.#loaded.set(known.script.sha, known.machine);
    return known.machine;
  }

  #script(verb: string): string {
    if (verb !== "FLUSH") throw new Error(`SCRIPT ${verb} is not simulated`);
    this.#loaded.clear();
    return "OK";
  }

  /** Both times are cut to seconds before they are subtracted, as Redis does it. */
  #info(): string {
    const uptimeS = secondsOf(this.#keyspace.nowUs) - secondsOf(this.#startedUs);
    return `# Server\r\nrun_id:${this.#runId}\r\nuptime_in_seconds:${uptimeS}\r\n`;
  }

  /** What operators and foreign programs do to single keys. */
  #keyCommand(command: readonly string[]): unknown {
    const keyspace = this.#keyspace;
    const key = operand(command, 1);
    switch (command[0]) {
      case "GET":
        return keyspace.get(key) ?? null;
      case "SET":
        return this.#set(key, command);
      case "DEL":
        return keyspace.delete(key) ? 1 : 0;
      case "HGETALL":
        return [...keyspace.fields(key)].flat();
      case "ZRANGE":
        return [...keyspace.scores(key)]
          .sort(([, a], [, b]) => a - b)
          .flatMap(([member, score]) => [member, String(score)]);
      case "PTTL":
        return keyspace.remainingMs(key);
      case "SADD":
        return this.#addToSet(key);
      default:
        throw new Error(`${command[0]} is not simulated`);
    }
  }

  /** SET key value [NX] [PX ttlMs]. */
  #set(key: string, command: readonly string[]): "OK" | null {
    const hasNx = command[3] === "NX";
    if (hasNx && this.#keyspace.has(key)) return null;
    const ttlMs = command[hasNx ? 5 : 4];
    this.#keyspace.set(key, operand(command, 2), ttlMs === undefined ? undefined : Number(ttlMs));
    return "OK";
  }

  /** A value that is not a string, always of the same one member. */
  #addToSet(key: string): 0 | 1 {
    if (this.#keyspace.has(key)) {
      if (!this.#keyspace.isForeign(key)) throw WRONG_TYPE;
      return 0;
    }
    this.#keyspace.set(key, undefined);
    return 1;
  }
}

function secondsOf(us: number): number {
  return Math.floor(us / 1_000_000);
}
