import { setTimeout as sleep } from "node:timers/promises";
import { FileRecorder } from "@holdfast/history";
import type { Crowd } from "../fleet.ts";
import { RandomStream } from "../random-stream.ts";
import { ResourceClient } from "../resource/resource-client.ts";
import type { ShiftedClock, Subject, SubjectClient } from "../subject.ts";
import { findSubject } from "./find-subject.ts";
import { StandstillWatch } from "./standstill-watch.ts";
import { TurnTaker } from "./turn-taker.ts";
import { WorkerHost } from "./worker-host.ts";
import type { Ticket, WorkerOrder, WorkerReport } from "./worker-message.ts";
import type { WorkerPlan } from "./worker-plan.ts";

type Report = (report: WorkerReport) => void;

interface WorkerParts {
  readonly host: WorkerHost;
  readonly recorder: FileRecorder;
  readonly clients: readonly SubjectClient[];
  readonly takers: readonly TurnTaker[];
  readonly clock: Changing<ShiftedClock>;
  readonly subject: Subject;
}

type Changing<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** A call that is still open so long after all clients were closed is left open, for the checkers to find. */
const LAST_TURNS_MS_MAX = 10_000;

const PROBE_TRIES_MAX = 3;
const STOOD_SHARE_MAX = 0.2;

/** The program of a worker process, from its plan to its end. */
export class Worker {
  readonly #parts: WorkerParts;
  readonly #running: Promise<unknown>;
  readonly #watch: StandstillWatch;
  /** Of crowds, those that have not gone yet. */
  readonly #visits = new Set<Promise<void>>();

  private constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#watch = new StandstillWatch(parts.recorder, parts.host.plan.process);
    const isProbe = parts.host.plan.role === "probe";
    this.#running = isProbe ? this.#probe() : Promise.all(parts.takers.map((taker) => taker.run()));
  }

  /** Connects to everything, and begins to take turns. */
  static async start(plan: WorkerPlan, nowNs: () => number, report: Report): Promise<Worker> {
    const subject = await findSubject(plan.subject);
    if (subject === undefined) throw new Error(`there is no subject ${plan.subject}`);
    const recorder = new FileRecorder(plan.historyFile, nowNs);
    const host = new WorkerHost({
      plan,
      recorder,
      resource: await ResourceClient.connect(plan.resourcePath),
      random: new RandomStream(plan.seed, plan.process),
      pass: (ticket: Ticket) => report({ kind: "ticket", ticket }),
      blame: (rule, error) => report({ kind: "problem", rule, message: wordsOf(error) }),
    });
    const clock = { wallShiftMs: 0, sleptMs: 0 };
    const onHang = (call: string): void => report({ kind: "problem", rule: "hang", message: call });
    const { backend, urls, clientCount, ttlsMs } = plan;
    const ttlMsMax = Math.max(...ttlsMs);
    const clients = await Promise.all(
      Array.from({ length: clientCount }, (_, clientIndex) =>
        subject.open({ backend, urls, clientIndex, ttlMsMax, clock, onHang }),
      ),
    );
    const takers = takersOf({ host, clients, subject }, clientCount * plan.threadCount);
    return new Worker({ host, recorder, clients, takers, clock, subject });
  }

  /** What it uses cannot be closed. */
  get endsByExit(): boolean {
    return this.#parts.subject.endsByExit === true;
  }

  /** Resolves when a probe has asked for everything; otherwise when the process is asked to close. */
  get running(): Promise<unknown> {
    return this.#running;
  }

  obey(order: WorkerOrder): void {
    const { host, clock } = this.#parts;
    if (order.kind === "stall") this.#stall(order.ms);
    else if (order.kind === "abort") host.abortPending();
    else if (order.kind === "calm") host.isCalm = order.isCalm;
    else if (order.kind === "die") host.isDoomed = true;
    else if (order.kind === "gather") this.#gather(order.crowd);
    else if (order.kind === "shift-wall-clock") clock.wallShiftMs += order.ms;
    else if (order.kind === "suspend") this.#suspend(order.ms);
    else if (order.kind === "ticket") host.tickets.push(order.ticket);
  }

  /** Gives everything back, in the middle of whatever is under way. */
  async close(): Promise<void> {
    const { host, recorder, clients } = this.#parts;
    host.beginToClose();
    const given = [...host.open].filter((tracked) => tracked.releasing());
    await Promise.all(clients.map((client) => client.close()));
    for (const tracked of given) tracked.released("unknown", "closed");
    const late = sleep(LAST_TURNS_MS_MAX, undefined, { ref: false });
    await Promise.race([Promise.all([this.#running, ...this.#visits]), late]);
    this.#watch[Symbol.dispose]();
    host.resource[Symbol.dispose]();
    recorder[Symbol.dispose]();
  }

  /** Each of them is a caller of its own. */
  #gather({ name, waiterCount, waitMsMax }: Crowd): void {
    if (this.#parts.host.isClosing) return;
    for (const taker of takersOf(this.#parts, waiterCount)) {
      const visit = taker.join(name, waitMsMax).finally(() => this.#visits.delete(visit));
      this.#visits.add(visit);
    }
  }

  /**
   * The machine has slept. To the clock of the history no time has passed, so what did not outlast the sleep is
   * recorded first: by then others may have it.
   */
  #suspend(ms: number): void {
    const { clock, host, subject } = this.#parts;
    if (subject.isOnTargetClock !== true) return;
    const ended = [...host.open].filter((tracked) => tracked.endsAsleep(ms));
    clock.sleptMs += ms;
    for (const { holding, facts } of ended) {
      if (holding.isValid?.() !== true) continue;
      host.blame("sleep", `${facts.hold} is relied on after a sleep of ${ms} ms, past its end`);
    }
  }

  /** To the processes around it as if it were paused: nothing of it runs. */
  #stall(ms: number): void {
    const { host, recorder } = this.#parts;
    const { process } = host.plan;
    const who = { process, client: "", hold: "", name: "", phase: "ok" } as const;
    recorder.record({ ...who, operation: "pause", detail: "busy loop" });
    const untilMs = performance.now() + ms;
    while (performance.now() < untilMs);
    recorder.record({ ...who, operation: "resume" });
  }

  async #probe(): Promise<void> {
    const { host, takers } = this.#parts;
    const { names, probeWaitMs } = host.plan;
    const probeOne = async (name: string, index: number): Promise<void> => {
      for (let tryCount = 1; ; tryCount += 1) {
        const stoodMs = this.#watch.stoodMs;
        const why = await takers[index % takers.length]?.probe(name, probeWaitMs);
        if (why === undefined) return;
        // A process that did not run for much of its wait has seen too little to say anything.
        const hasRun = this.#watch.stoodMs - stoodMs < probeWaitMs * STOOD_SHARE_MAX;
        if (!hasRun && tryCount < PROBE_TRIES_MAX) continue;
        return host.blame("progress", `${name} was not given to a fresh client: ${why}`);
      }
    };
    await Promise.all(names.map(probeOne));
  }
}

/** So many threads, on each client by turns. */
function takersOf(
  { host, clients, subject }: Pick<WorkerParts, "host" | "clients" | "subject">,
  count: number,
): readonly TurnTaker[] {
  return Array.from({ length: count }, (_, index) => {
    const clientIndex = index % clients.length;
    const clientName = `${host.plan.process}.${clientIndex}`;
    return new TurnTaker({
      host,
      client: clients[clientIndex] as SubjectClient,
      clientName,
      subject,
    });
  });
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
