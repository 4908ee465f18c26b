import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type HistoryEvent,
  type HostClock,
  inOrder,
  MemoryRecorder,
  readHistory,
} from "@holdfast/history";
import {
  type FaultProxy,
  type RedisServer,
  startFaultProxy,
  startRedis,
  until,
} from "@holdfast/test-servers";
import * as scripts from "../src/scripts.ts";
import { type Asked, HandOffProcess, type Told } from "./hand-off-process.ts";

interface SceneOptions {
  /** Of the lock. */
  readonly name: string;
  readonly driver: "ioredis" | "redis";
  readonly persistence: "none" | "always";
  readonly ttlMs: number;
  /** The process of those to whom nothing is done. */
  readonly bystanders: HandOffProcess;
  /** Whether something is done to the process of the one and the other. */
  readonly isHarmed: { readonly holder: boolean; readonly first: boolean };
  readonly clock: HostClock;
}

type Note = (operation: "crash" | "pause" | "resume", process: string) => void;

interface ActorParts {
  readonly user: string;
  readonly process: HandOffProcess;
  readonly proxy: FaultProxy;
  readonly note: Note;
}

/** One user of the lock in a process and on a network path of its own. */
export class Actor {
  readonly user: string;
  readonly process: HandOffProcess;
  readonly proxy: FaultProxy;
  readonly #note: Note;
  /** The acquire that is under way or was last granted. */
  grant: Promise<Told> = Promise.resolve({});
  isDead = false;
  isStopped = false;

  constructor({ user, process, proxy, note }: ActorParts) {
    this.user = user;
    this.process = process;
    this.proxy = proxy;
    this.#note = note;
  }

  acquire(): Promise<Told> {
    this.grant = this.ask("acquire");
    this.grant.catch(() => {});
    return this.grant;
  }

  ask(command: Asked): Promise<Told> {
    const answer = this.process.ask(this.user, command);
    answer.catch(() => {});
    return answer;
  }

  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.#note("pause", this.user);
    this.process.signal("SIGSTOP");
  }

  resume(): void {
    if (!this.isStopped) return;
    this.isStopped = false;
    this.#note("resume", this.user);
    this.process.signal("SIGCONT");
  }

  async kill(): Promise<void> {
    this.#note("crash", this.user);
    this.isDead = true;
    this.isStopped = false;
    await this.process.kill();
  }
}

interface SceneParts {
  readonly bystanders: HandOffProcess;
  readonly server: RedisServer;
  readonly holder: Actor;
  readonly first: Actor;
  readonly second: Actor;
  readonly name: string;
  readonly recorder: MemoryRecorder;
  readonly folder: string;
}

/** A server, the holder of a lock and two that want it, each recording what it sees. */
export class Scene implements AsyncDisposable {
  readonly server: RedisServer;
  readonly holder: Actor;
  readonly first: Actor;
  readonly second: Actor;
  readonly name: string;
  readonly #bystanders: HandOffProcess;
  readonly #recorder: MemoryRecorder;
  readonly #folder: string;

  private constructor(parts: SceneParts) {
    const { bystanders, server, holder, first, second, name, recorder, folder } = parts;
    this.#bystanders = bystanders;
    this.server = server;
    this.holder = holder;
    this.first = first;
    this.second = second;
    this.name = name;
    this.#recorder = recorder;
    this.#folder = folder;
  }

  static async open(options: SceneOptions): Promise<Scene> {
    const { name, driver, persistence, ttlMs, bystanders, isHarmed, clock } = options;
    const folder = await mkdtemp(join(tmpdir(), "holdfast-hand-off-"));
    const recorder = new MemoryRecorder(clock.nowNs);
    const note: Note = (operation, process) =>
      recorder.record({ process, client: "", hold: "", name: "", operation, phase: "ok" });
    const server = await startRedis({ persistence });
    // Known already, so that each command is the one that a step waits for.
    await loadScripts(server);
    const actor = async (role: string, process: HandOffProcess): Promise<Actor> => {
      const proxy = await startFaultProxy({ target: server });
      const user = `${name} ${role}`;
      const url = `redis://${proxy.host}:${proxy.port}`;
      const file = join(folder, `${role}.jsonl`);
      await process.open(user, { name, url, driver, ttlMs, file });
      return new Actor({ user, process, proxy, note });
    };
    const own = async (isOwn: boolean): Promise<HandOffProcess> =>
      isOwn ? await HandOffProcess.start(clock.env) : bystanders;
    const holder = await actor("holder", await own(isHarmed.holder));
    const first = await actor("first", await own(isHarmed.first));
    const second = await actor("second", bystanders);
    return new Scene({ bystanders, server, holder, first, second, name, recorder, folder });
  }

  /** `hold` names the fault, so that the history knows what heals it. */
  fault(operation: "fault" | "heal", hold: string): void {
    const nothing = { process: "", client: "", name: "" };
    this.#recorder.record({ ...nothing, hold, operation, phase: "ok" });
  }

  /** How many places are in the queue. */
  async queued(): Promise<number> {
    return Number(await this.server.command("ZCARD", `holdfast:{${this.name}}:q`));
  }

  async isQueued(count: number): Promise<void> {
    await until(`${count} in the queue`, async () => (await this.queued()) === count);
  }

  /** What is stored that may not stay. */
  async leftovers(): Promise<readonly string[]> {
    const keys = (await this.server.command("KEYS", "*")) as string[];
    return keys.filter((key) => key !== "holdfast:fence" && !/\}:t:[\w-]+$/.test(key));
  }

  /** Everything that was seen and done so far. */
  async history(): Promise<readonly HistoryEvent[]> {
    const files = (await readdir(this.#folder)).map((file) => join(this.#folder, file));
    const seen = files.length === 0 ? [] : await readHistory(files);
    return inOrder([...seen, ...this.#recorder.events]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { holder, first, second, server } = this;
    for (const { process } of [holder, first]) {
      if (process !== this.#bystanders) await process.kill();
    }
    for (const { proxy } of [holder, first, second]) await proxy.close();
    await server.stop();
    await rm(this.#folder, { recursive: true });
  }
}

async function loadScripts(server: RedisServer): Promise<void> {
  const { ACQUIRE, JOIN_QUEUE, HEARTBEAT, RELEASE, RELEASE_IN_DOUBT, RENEW } = scripts;
  for (const { text } of [ACQUIRE, JOIN_QUEUE, HEARTBEAT, RELEASE, RELEASE_IN_DOUBT, RENEW]) {
    await server.command("SCRIPT", "LOAD", text);
  }
}
