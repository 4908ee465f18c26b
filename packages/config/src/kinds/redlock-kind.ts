import type { LockProvider } from "@holdfast/core";
import type { BackendKind } from "./backend-kind.ts";
import { type HostsUrl, hostsUrl, isBare, withPort } from "./checked-url.ts";
import { REDIS_PORT } from "./redis-kind.ts";
import { TLS_FIELDS } from "./tls-fields.ts";

/** The options of `redlock({ urls })`, beside `tls`. */
export const REDLOCK_FIELDS = {
  urls: {
    type: "array",
    items: { type: "string", minLength: 1, writeOnly: true },
    minItems: 1,
    maxItems: 64,
    description: "A URL for each server, where redlock://a,b,c does not say enough.",
  },
  prefix: {
    type: "string",
    maxLength: 128,
    pattern: "^[^{}\\p{Cc}]*$",
    patternErrorMessage: "without braces and control characters",
    description: "Put before every key.",
  },
  commandTimeoutMs: {
    type: "integer",
    minimum: 10,
    maximum: 60_000,
    description: "Longest wait for an answer of one server.",
  },
  fencing: { type: "boolean", description: "False excludes without fencing tokens. Default true." },
  ttlMsMax: { type: "integer", minimum: 10, maximum: 86_400_000 },
  restartGuardMs: {
    type: "integer",
    minimum: 0,
    maximum: 172_800_000,
    description:
      "How long a server that may have lost its data has no vote; 0 for servers that do not.",
  },
  memberTimeoutMs: {
    type: "integer",
    minimum: 1,
    maximum: 60_000,
    description: "How long one server may take to answer.",
  },
  proposalSlackMs: {
    type: "integer",
    minimum: 0,
    maximum: 21_600_000,
    description: "How far a proposed token may be from a server's clock.",
  },
  validityMsMin: {
    type: "integer",
    minimum: 0,
    maximum: 86_400_000,
    description: "Validity below which a grant is given back.",
  },
  driver: {
    type: "string",
    enum: ["ioredis", "redis"],
    description: "Which package to import. Default: ioredis where it is installed, else redis.",
  },
} as const;

/** `redlock://a:6379,b:6379,c:6379`: Redlock. Credentials and database go for all servers. */
export const redlockKind: BackendKind = {
  name: "redlock",
  schemes: ["redlock"],
  packageName: "@holdfast/redlock",
  drivers: ["ioredis", "redis"],
  fields: { ...REDLOCK_FIELDS, ...TLS_FIELDS },
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
