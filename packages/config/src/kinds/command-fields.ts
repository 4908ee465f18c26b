/** What every backend has that is asked over a network. */
export const COMMAND_FIELDS = {
  commandTimeoutMs: {
    type: "integer",
    minimum: 10,
    maximum: 60_000,
    description: "Longest wait for an answer of one server.",
  },
} as const;
