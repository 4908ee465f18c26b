import { once } from "node:events";
import type { Redis } from "ioredis";
import type { Abilities, LockClient, Strategy } from "../../strategy.ts";

/** A library that locks through ioredis, as it comes and as somebody would set it who knows it well. */
export interface IoredisPeer<Settings> {
  readonly id: string;
  /** The package and its version, for `--list`. */
  readonly about: string;
  readonly packageName?: string;
  readonly servers: 1 | 5;
  readonly abilities: Omit<Abilities, "quorum">;
  readonly defaults: Settings;
  readonly tuned: Settings;
  open(clients: readonly Redis[], settings: Settings): Promise<LockClient> | LockClient;
}

/** A quorum that waits for all its members needs them to answer, or to fail, in a bounded time. */
const TUNED_MEMBER = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  commandTimeout: 500,
} as const;

type MemberOptions = typeof TUNED_MEMBER | Record<string, never>;

/** The two strategies of a peer: `id` and `id-tuned`. */
export function ioredisPeer<Settings>(peer: IoredisPeer<Settings>): readonly Strategy[] {
  const tunedMember = peer.servers > 1 ? TUNED_MEMBER : {};
  return [
    {
      ...common(peer),
      id: peer.id,
      about: `${peer.about}, at its defaults`,
      ...openOf(peer, "defaults", {}),
    },
    {
      ...common(peer),
      id: `${peer.id}-tuned`,
      about: `${peer.about}, tuned`,
      ...openOf(peer, "tuned", tunedMember),
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

function openOf<Settings>(
  peer: IoredisPeer<Settings>,
  which: "defaults" | "tuned",
  options: MemberOptions,
): Pick<Strategy, "open"> {
  return {
    async open({ urls }): Promise<LockClient> {
      const { Redis } = await import("ioredis");
      const redisClients = urls.map((url) => new Redis(url, options));
      // A member that is down is what two scenarios are about; ioredis connects again by itself.
      for (const redis of redisClients) redis.on("error", () => {});
      await Promise.all(redisClients.map((redis) => once(redis, "ready")));
      const client = await peer.open(redisClients, peer[which]);
      return {
        ...client,
        close: async () => {
          await client.close();
          for (const redis of redisClients) redis.disconnect();
        },
      };
    },
  };
}
