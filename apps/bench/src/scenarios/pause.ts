import { setTimeout as sleepMs } from "node:timers/promises";
import pTimeout, { TimeoutError } from "p-timeout";
import type { AgentHost, Fleet } from "../agent/agent-host.ts";
import { hostUs } from "../host-clock.ts";
import type { Details, PauseCourse } from "../method/details.ts";
import type { Params, Probe, Sample, Scenario } from "../scenario.ts";
import { FencedStore, type StoreValues } from "../server/fenced-store.ts";
import type { Strategy } from "../strategy.ts";
import { type WriterReply, type WriterRequest, writerWork } from "../work/writer-work.ts";

/**
 * Longest wait for the lock of a stopped process, in ttls: some libraries ask again every 10 s only. A
 * lock that lives with its connection is never free.
 */
const TTL_COUNT_MAX = 6;
/** The holder is stopped while it thinks between its read and its write. */
const THINK_MS = 400;
const STOP_AFTER_MS = 100;
/** What the other process writes meanwhile. */
const OTHER_WRITES = 10;
const HOLDER = 0;
const OTHER = 1;

/** What a holder that stood still past its ttl does to what the lock protects, and when it is told. */
export const pause: Scenario = {
  id: "pause",
  about: "the holder is stopped past its ttl, then writes: writes lost, when it was told",
  usesServer: true,
  secondsDefault: 0,
  roundsDefault: 2,
  metrics: [
    { id: "lostWrites", title: "lost\nwrites", kind: "count", compared: false },
    {
      id: "lostWritesFenced",
      title: "… with\nfencing",
      kind: "count",
      compared: false,
      needs: "fencing",
    },
    {
      id: "toldMs",
      title: "resumed →\ntold",
      kind: "ms",
      compared: false,
      needs: "lossSignal",
    },
    { id: "takeoverMs", title: "stopped →\ntaken over", kind: "ms", compared: false },
  ],
  variants: [{ title: "ttl 2 s", params: { ttlMs: 2_000, writes: OTHER_WRITES } }],
  paramsFor: ({ backend }, variant) => (backend === "process" ? undefined : variant.params),
  open: async (host, strategy, params) => new PauseProbe(host, strategy, params),
  work: (client, request: WriterRequest) => writerWork(client, request),
};

/** What one stop led to, in host time. */
interface Course {
  readonly holder: WriterReply;
  readonly other: WriterReply;
  readonly stoppedUs: number;
  readonly resumedUs: number;
  readonly values: StoreValues;
}

class PauseProbe implements Probe {
  readonly #host: AgentHost;
  readonly #strategy: Strategy;
  readonly #ttlMs: number;
  readonly #pauses: PauseCourse[] = [];

  constructor(host: AgentHost, strategy: Strategy, { ttlMs = 0 }: Params) {
    this.#host = host;
    this.#strategy = strategy;
    this.#ttlMs = ttlMs;
  }

  async warmUp(): Promise<void> {}

  async measure(): Promise<Sample> {
    await using store = await FencedStore.open();
    const fleet = await this.#host.open(pause, this.#strategy, { processes: 2 });
    try {
      const course = await this.#stopAndGo(fleet, store);
      this.#pauses.push(pauseOf(course));
      return sampleOf(course, this.#strategy);
    } finally {
      await fleet.close();
    }
  }

  details(): Details {
    return { pauses: this.#pauses };
  }

  async close(): Promise<void> {}

  async #stopAndGo(fleet: Fleet, store: FencedStore): Promise<Course> {
    const holderRead = store.nextRead();
    const holder = this.#write(fleet, HOLDER, {
      storeUrl: store.url,
      thinkMs: THINK_MS,
      writes: 1,
    });
    holder.catch(() => {});
    await Promise.race([holderRead, holder]);
    await sleepMs(STOP_AFTER_MS);
    const stoppedUs = hostUs();
    fleet.signal(HOLDER, "SIGSTOP");
    const other = this.#write(fleet, OTHER, {
      storeUrl: store.url,
      thinkMs: 0,
      writes: OTHER_WRITES,
    });
    other.catch(() => {});
    await untilDone(other, this.#ttlMs * TTL_COUNT_MAX);
    const resumedUs = hostUs();
    fleet.signal(HOLDER, "SIGCONT");
    const replies = { holder: await holder, other: await other };
    return { ...replies, stoppedUs, resumedUs, values: store.values };
  }

  async #write(
    fleet: Fleet,
    process: number,
    part: Pick<WriterRequest, "storeUrl" | "thinkMs" | "writes">,
  ): Promise<WriterReply> {
    const ttlMs = this.#ttlMs;
    const boundMs = ttlMs * TTL_COUNT_MAX * 2;
    const request: WriterRequest = {
      ...part,
      name: `bench:pause:${this.#strategy.id}`,
      ttlMs,
      untilUs: hostUs() + boundMs * 1000,
      listenMs: process === HOLDER ? ttlMs : 0,
    };
    return (await fleet.askOne(process, request, boundMs)) as WriterReply;
  }
}

/** Resolves when `work` has ended, or after `ms`. */
async function untilDone(work: Promise<unknown>, ms: number): Promise<void> {
  try {
    await pTimeout(work, { milliseconds: ms });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
  }
}

function pauseOf({ holder, other, stoppedUs, resumedUs, values }: Course): PauseCourse {
  const sinceStopMs = (us: number): number => (us - stoppedUs) / 1000;
  return {
    resumedMs: sinceStopMs(resumedUs),
    takenOverMs: other.grantedUs < resumedUs ? sinceStopMs(other.grantedUs) : null,
    toldMs: holder.toldUs === undefined ? null : sinceStopMs(holder.toldUs),
    lostWrites: holder.taken.plain + other.taken.plain - values.plain,
  };
}

/** Each write that was taken adds one, so what is missing in the end was overwritten. */
function sampleOf(course: Course, { abilities }: Strategy): Sample {
  const { holder, other, stoppedUs, resumedUs, values } = course;
  const { toldUs } = holder;
  const takeoverMs = (other.grantedUs - stoppedUs) / 1000;
  return {
    lostWrites: holder.taken.plain + other.taken.plain - values.plain,
    ...(abilities.fencing
      ? { lostWritesFenced: holder.taken.fenced + other.taken.fenced - values.fenced }
      : {}),
    ...(toldUs === undefined ? {} : { toldMs: (toldUs - resumedUs) / 1000 }),
    ...(other.grantedUs < resumedUs ? { takeoverMs } : {}),
  };
}
