import type { LockProvider } from "@holdfast/core";
import type { BackendKind } from "./backend-kind.ts";
import { type HostsUrl, hostsUrl, isBare, withPort } from "./checked-url.ts";
import { COMMAND_FIELDS } from "./command-fields.ts";
import { REDIS_PORT } from "./redis-kind.ts";
import { REDIS_SERVER_FIELDS } from "./redis-server-fields.ts";
import { TLS_FIELDS } from "./tls-fields.ts";
import { VOTE_FIELDS } from "./vote-fields.ts";

/** The options of `redlock({ urls })`, beside those of its servers and of their votes. */
export const REDLOCK_FIELDS = {
  urls: {
    type: "array",
    items: { type: "string", minLength: 1, writeOnly: true },
    minItems: 1,
    maxItems: 64,
    description: "A URL for each server, where redlock://a,b,c does not say enough.",
  },
} as const;

/** `redlock://a:6379,b:6379,c:6379`: Redlock. Credentials and database go for all servers. */
export const redlockKind: BackendKind = {
  name: "redlock",
  schemes: ["redlock"],
  packageName: "@holdfast/redlock",
  drivers: ["ioredis", "redis"],
  fields: {
    ...REDLOCK_FIELDS,
    ...REDIS_SERVER_FIELDS,
    ...VOTE_FIELDS,
    ...COMMAND_FIELDS,
    ...TLS_FIELDS,
  },
  addressesOf: (url, place) =>
    isBare(url) ? [] : hostsUrl(url, place).hosts.map((host) => withPort(host, REDIS_PORT)),
  create: (exports, { url, options, place, clock, random }) => {
    const { redlock } = exports as { readonly redlock: (options: object) => LockProvider };
    if (isBare(url) === (options["urls"] === undefined)) {
      throw place.error("names no servers, or both in its url and in urls; accepted: one of them");
    }
    const servers = isBare(url) ? {} : { urls: serverUrls(hostsUrl(url, place)) };
    return redlock({ ...options, ...servers, clock, random });
  },
};

function serverUrls({ credentials, hosts, path }: HostsUrl): readonly string[] {
  return hosts.map((host) => `redis://${credentials}${host}${path}`);
}
