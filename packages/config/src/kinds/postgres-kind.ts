import type { LockProvider } from "@holdfast/core";
import type { BackendKind } from "./backend-kind.ts";
import { oneAddress } from "./checked-url.ts";
import { COMMAND_FIELDS } from "./command-fields.ts";
import { TLS_FIELDS } from "./tls-fields.ts";

/** The options of `postgres({ url })`, beside `COMMAND_FIELDS` and `tls`. */
export const POSTGRES_FIELDS = {
  prefix: {
    type: "string",
    maxLength: 128,
    pattern: "^\\P{Cc}*$",
    patternErrorMessage: "without control characters",
    description: "Hashed with every name.",
  },
  fencing: { type: "boolean", description: "False mints no fencing tokens. Default true." },
  connectionCountMax: {
    type: "integer",
    minimum: 2,
    maximum: 100,
    description: "Most connections that are opened.",
  },
  applicationName: {
    type: "string",
    maxLength: 63,
    pattern: "^\\P{Cc}*$",
    patternErrorMessage: "without control characters",
    description: "How the sessions are named in pg_stat_activity.",
  },
  pooling: {
    type: "string",
    enum: ["session"],
    description: "Says that a pooler in between gives every client a session of its own.",
  },
} as const;

const PORT = 5432;

/** `postgres://user:password@host:5432/database`, or a `postgresql://` one: one PostgreSQL server. */
export const postgresKind: BackendKind = {
  name: "postgres",
  schemes: ["postgres", "postgresql"],
  packageName: "@holdfast/postgres",
  drivers: ["pg"],
  fields: { ...POSTGRES_FIELDS, ...COMMAND_FIELDS, ...TLS_FIELDS },
  urlParameters: ["sslmode", "sslrootcert", "sslcert", "sslkey"],
  addressesOf: (url, place) => oneAddress(url, PORT, place),
  create: (exports, { url, options, clock, random }) => {
    const { postgres } = exports as { readonly postgres: (options: object) => LockProvider };
    return postgres({ ...options, url, clock, random });
  },
};
