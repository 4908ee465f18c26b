import type { LockProvider } from "@holdfast/core";
import type { BackendKind } from "./backend-kind.ts";
import { oneAddress } from "./checked-url.ts";
import { COMMAND_FIELDS } from "./command-fields.ts";
import { REDIS_SERVER_FIELDS } from "./redis-server-fields.ts";
import { TLS_FIELDS } from "./tls-fields.ts";

/** The options of `redis({ url })`, beside those of its server. */
export const REDIS_FIELDS = {
  fencing: { type: "boolean", description: "False mints no fencing tokens. Default true." },
  ttlMsMax: { type: "integer", minimum: 10, maximum: 31_536_000_000 },
} as const;

export const REDIS_PORT = 6379;

const SERVER = {
  name: "redis",
  packageName: "@holdfast/redis",
  drivers: ["ioredis", "redis"],
  fields: { ...REDIS_SERVER_FIELDS, ...REDIS_FIELDS, ...COMMAND_FIELDS, ...TLS_FIELDS },
  create: (exports, { url, options, clock, random }) => {
    const { redis } = exports as { readonly redis: (options: object) => LockProvider };
    return redis({ ...options, url, clock, random });
  },
} as const satisfies Partial<BackendKind>;

/** `redis://`, and with TLS `rediss://`: one server. Without a host it is localhost. */
export const redisKind: BackendKind = {
  ...SERVER,
  schemes: ["redis", "rediss"],
  addressesOf: (url, place) =>
    oneAddress(url.replace(/(:\/\/(?:[^/]*@)?)(?=\/|$)/, "$1localhost"), REDIS_PORT, place),
};

/** `redis+unix:///path`: one server, by its socket. Its login and database stand in the query. */
export const redisSocketKind: BackendKind = {
  ...SERVER,
  schemes: ["redis+unix"],
  urlParameters: ["db", "user", "password"],
  addressesOf: (url, place) => {
    if (/^redis\+unix:\/\/\/./i.test(url)) return [url.slice("redis+unix://".length)];
    throw place.error("leads to no socket; accepted: redis+unix:///path");
  },
};
