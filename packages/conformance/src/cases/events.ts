import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { CaseContext } from "../case-context.ts";
import type { ConformanceCase } from "../conformance-case.ts";
import { fault } from "../probe-provider.ts";
import { rejectsWith } from "../rejects-with.ts";
import { aborts, eventually } from "../waits.ts";

const CHANNELS = ["attempt", "wait", "granted", "renewed", "lost", "released", "in-doubt"] as const;

interface Heard {
  readonly channel: (typeof CHANNELS)[number];
  readonly event: Readonly<Record<string, unknown>>;
}

/** Records every event of these names until the case ends. */
function hear(context: CaseContext, names: ReadonlySet<string>): Heard[] {
  const heard: Heard[] = [];
  for (const channel of CHANNELS) {
    const listener = (message: unknown): void => {
      const event = message as Heard["event"];
      if (names.has(String(event["name"]))) heard.push({ channel, event });
    };
    subscribe(`holdfast:${channel}`, listener);
    context.defer(async () => unsubscribe(`holdfast:${channel}`, listener));
  }
  return heard;
}

/** What a program can observe, and what it must never see. */
export const eventCases: readonly ConformanceCase[] = [
  {
    id: "events-of-a-life",
    invariants: ["G-06", "G-02"],
    title: "attempts, waits, grants, renewals, losses, releases and doubts are published",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const names = Array.from({ length: 3 }, () => context.name());
      const [calm, doubtful, lost] = names as [string, string, string];
      const heard = hear(context, new Set(names));
      const lease = await locks.acquire(calm);
      await lease.renew();
      await rejectsWith("WAIT_TIMEOUT", locks.acquire(calm, { waitMs: 20 }));
      await lease.release();
      const losing = await locks.acquire(lost);
      await probe.lose("session ended");
      await aborts(500, "the loss", losing.signal);
      probe.plan = {
        replied: ({ operation }) => {
          if (operation === "tryAcquire") throw fault("unknown");
        },
      };
      await rejectsWith("BACKEND_UNAVAILABLE", locks.tryAcquire(doubtful));
      probe.plan = {};
      for (const channel of CHANNELS) {
        const isHeard = (): boolean => heard.some((each) => each.channel === channel);
        await eventually(1_000, `holdfast:${channel}`, isHeard);
      }
    },
  },
  {
    id: "events-keep-secrets",
    invariants: ["G-05"],
    title: "no event and no error shows a holderId",
    async run(context) {
      const probe = await context.probe();
      const locks = await context.locks({ provider: probe });
      const name = context.name();
      const heard = hear(context, new Set([name]));
      const lease = await locks.acquire(name);
      const refused = await rejectsWith("WAIT_TIMEOUT", locks.acquire(name, { waitMs: 10 }));
      await probe.lose("session ended");
      await aborts(500, "the loss", lease.signal);
      const shown = [
        ...heard.flatMap(({ event }) => Object.values(event).map(String)),
        ...[refused, lease.signal.reason].flatMap((error: Error) => [
          String(error),
          String(error.stack),
          ...Object.values(error).map(String),
        ]),
      ].join(" ");
      for (const holderId of probe.calls.flatMap((call) => call.holderIds)) {
        assert.ok(!shown.includes(holderId));
      }
    },
  },
];
