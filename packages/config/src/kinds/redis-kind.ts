import type { LockProvider } from "@holdfast/core";
import type { BackendKind } from "./backend-kind.ts";
import { oneAddress } from "./checked-url.ts";
import { TLS_FIELDS } from "./tls-fields.ts";

/** The options of `redis({ url })`, beside `tls`. */
export const REDIS_FIELDS = {
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
    description: "Longest wait for an answer.",
  },
  fencing: { type: "boolean", description: "False mints no fencing tokens. Default true." },
  ttlMsMax: { type: "integer", minimum: 10, maximum: 31_536_000_000 },
  driver: {
    type: "string",
    enum: ["ioredis", "redis"],
    description: "Which package to import. Default: ioredis where it is installed, else redis.",
  },
} as const;

export const REDIS_PORT = 6379;

const SERVER = {
  name: "redis",
  packageName: "@holdfast/redis",
  drivers: ["ioredis", "redis"],
  fields: { ...REDIS_FIELDS, ...TLS_FIELDS },
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
