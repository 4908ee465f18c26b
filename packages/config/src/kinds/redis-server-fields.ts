/** What a Redis server is reached with, alone and as one of Redlock's, beside `COMMAND_FIELDS` and `TLS_FIELDS`. */
export const REDIS_SERVER_FIELDS = {
  prefix: {
    type: "string",
    maxLength: 128,
    pattern: "^[^{}\\p{Cc}]*$",
    patternErrorMessage: "without braces and control characters",
    description: "Put before every key.",
  },
  driver: {
    type: "string",
    enum: ["ioredis", "redis"],
    description: "Which package to import. Default: ioredis where it is installed, else redis.",
  },
} as const;
