import type { FlagSpec } from "./command-spec.ts";

/** Flags of every command that talks to a backend. */
export const BACKEND_FLAGS: Readonly<Record<string, FlagSpec>> = {
  url: { value: "URL", about: "the backend (default: HOLDFAST_URL, else holdfast.config.*)" },
  env: {
    value: "NAME",
    about: "environment of the configuration file (default: HOLDFAST_ENV, NODE_ENV)",
  },
};

/** Flags of every command. */
export const GENERAL_FLAGS: Readonly<Record<string, FlagSpec>> = {
  debug: { about: "show the stack of an error" },
  help: { about: "show this" },
};

export const JSON_FLAG: Readonly<Record<string, FlagSpec>> = {
  json: { about: "print JSON" },
};

/** Flags of the commands that take a lock. */
export const WAIT_FLAGS: Readonly<Record<string, FlagSpec>> = {
  ttl: { value: "30s", about: "how long the lock outlives a holder that vanished (default: 10s)" },
  wait: { value: "10s", about: "longest wait for the lock (default: for ever)" },
  "no-wait": { about: "one attempt" },
};
