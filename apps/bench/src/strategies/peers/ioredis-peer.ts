import { once } from "node:events";
import type { Redis } from "ioredis";
import type { Abilities, LockClient, Strategy, Target } from "../../strategy.ts";

/** A library that locks through ioredis, as it comes and as somebody would set it who knows it well. */
export interface IoredisPeer<Settings> {
  readonly id: string;
  /** The package and its version, for `--list`. */
  readonly about: string;
  readonly packageName?: string;
  readonly servers: 1 | 5;
  readonly abilities: Omit<Abilities, "quorum">;
  readonly defaults: Settings;
  /** Between two attempts, when tuned. */
  readonly pauseMs?: number;
  readonly tuned: (pauseMs: number, servers: number) => Settings;
  open(clients: readonly Redis[], settings: Settings): Promise<LockClient>;
}

/** A quorum that waits for all its members needs them to answer, or to fail, in a bounded time. */
const TUNED_MEMBER = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  commandTimeout: 1_000,
} as const;

type MemberOptions = typeof TUNED_MEMBER | Record<string, never>;

/**
 * On one server, 64 contenders changed hands more often with pauses of 2 ms than of 6. Over five an attempt
 * that fails is ten commands, so each has the pause with which they did so most often in `contended`, of 5,
 * 10, 20, 40, 80 and 160 ms or some of these: three rounds, on a machine that was not quiet.
 */
const PAUSE_MS = 2;

/** The two strategies of a peer: `id` and `id-tuned`. */
export function ioredisPeer<Settings>(peer: IoredisPeer<Settings>): readonly Strategy[] {
  const { id, servers, defaults } = peer;
  const about = servers > 1 ? `${peer.about} over ${servers} servers` : peer.about;
  const tuned = peer.tuned(peer.pauseMs ?? PAUSE_MS, servers);
  const tunedMember = servers > 1 ? TUNED_MEMBER : {};
  return [
    {
      ...common(peer),
      id,
      about: `${about}, at its defaults`,
      open: (target) => open(target, {}, (clients) => peer.open(clients, defaults)),
    },
    {
      ...common(peer),
      id: `${id}-tuned`,
      about: `${about}, tuned`,
      open: (target) => open(target, tunedMember, (clients) => peer.open(clients, tuned)),
    },
  ];
}

type Common = Omit<Strategy, "id" | "about" | "open">;

function common<Settings>({ servers, abilities, packageName }: IoredisPeer<Settings>): Common {
  return {
    isPeer: true,
    backend: "redis",
    servers,
    abilities: { ...abilities, quorum: servers > 1 },
    comparedWith: [servers > 1 ? `raw-quorum-${servers}` : "raw-ioredis"],
    waits: true,
    ...(packageName === undefined ? {} : { packageName }),
  };
}

async function open(
  { urls }: Target,
  options: MemberOptions,
  openPeer: (clients: readonly Redis[]) => Promise<LockClient>,
): Promise<LockClient> {
  const { Redis } = await import("ioredis");
  const members = urls.map((url) => new Redis(url, options));
  // A member that is down is what two scenarios are about; ioredis connects again by itself.
  for (const member of members) member.on("error", () => {});
  await Promise.all(members.map((member) => once(member, "ready")));
  const client = await openPeer(members);
  return {
    ...client,
    close: async () => {
      await client.close();
      for (const member of members) member.disconnect();
    },
  };
}
