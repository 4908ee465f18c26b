import { createLocks, type Locks, type Ticket } from "@holdfast/core";
import type { Host } from "../world/host.ts";
import type { RandomStream } from "../world/random-stream.ts";
import type { Access } from "./backend.ts";
import type { Run } from "./run.ts";

/** How long a holder's `close` may take before it gives up on what is in doubt. */
const CLOSE_MS = 5_000;

/** One `Locks` and the process that uses it. */
export class Client {
  readonly name: string;
  readonly host: Host;
  readonly locks: Locks;
  readonly random: RandomStream;
  /** Boot time less monotonic time when its locks were made. */
  readonly originMs: number;
  readonly run: Run;
  /** Tickets of leases that others detached for this one. */
  readonly tickets: Ticket[] = [];
  readonly #access: Access;
  /** Calls that have not settled, with what they are. */
  readonly #pending = new Map<number, string>();
  #callCount = 0;
  #isClosed = false;

  constructor(name: string, host: Host, run: Run) {
    this.name = name;
    this.host = host;
    this.run = run;
    this.random = run.world.random(`workload of ${name}`);
    const { scenario, backend } = run;
    this.#access = backend.access(host);
    this.originMs = host.clock.bootMs() - host.clock.monotonicMs();
    this.locks = createLocks({
      provider: this.#access.provider,
      clock: host.clock,
      random: run.world.random(`locks of ${name}`),
      ttlMs: scenario.ttlsMs[0] as number,
      ttlMsMax: scenario.ttlMsMax,
      renew: scenario.renew,
      localHandoffMax: scenario.localHandoffMax,
      backoffMsMax: scenario.backoffMsMax,
      releaseTimeoutMs: scenario.releaseTimeoutMs,
      description: name,
      ...(scenario.unavailableMs === undefined ? {} : { unavailableMs: scenario.unavailableMs }),
    });
  }

  /** It runs, or will when its pause is over. */
  get isAlive(): boolean {
    return !this.host.isDead;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get pending(): readonly string[] {
    return [...this.#pending.values()];
  }

  /** The result of a call, which is known to be under way until it settles. */
  async settled<Result>(what: string, call: Promise<Result>): Promise<Result> {
    this.#callCount += 1;
    const id = this.#callCount;
    this.#pending.set(id, what);
    try {
      return await call;
    } finally {
      this.#pending.delete(id);
    }
  }

  sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.host.clock.setTimer(durationMs, resolve);
    });
  }

  /** Runs `task` in the process at that time, or when it runs again. */
  post(atNs: number, task: () => void): void {
    this.run.world.scheduler.at(atNs, () => this.host.receive("message", task));
  }

  die(): void {
    const event = { atNs: this.host.clock.nowNs, process: this.host.name, client: this.name };
    const crash = { ...event, hold: "", name: "", operation: "crash" } as const;
    this.run.observer.history.push({ ...crash, phase: "invoke" }, { ...crash, phase: "ok" });
    this.host.die();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { observer, world } = this.run;
    world.trace.add(this.name, "closes its locks");
    const own = observer.open().filter(({ hold }) => hold.client === this.name);
    for (const tracked of own) observer.lost(tracked, "closed");
    const { inDoubt } = await this.settled("close", this.locks.close({ timeoutMs: CLOSE_MS }));
    world.trace.add(this.name, `closed, in doubt: ${inDoubt.join(" ") || "nothing"}`);
    this.#access.disconnect();
  }
}
