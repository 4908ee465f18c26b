/** What `createLocks` takes and a configuration can say: beside every backend's own options. */
export const LOCKS_FIELDS = {
  ttlMs: {
    type: "number",
    minimum: 1,
    maximum: 31_536_000_000,
    description: "How long a lock outlives a holder that vanished.",
  },
  ttlMsMax: {
    type: "number",
    minimum: 1,
    maximum: 31_536_000_000,
    description:
      "The largest ttl that any call may ask for; of the backend, too, where it has one.",
  },
  waitMs: {
    type: "number",
    minimum: 0,
    maximum: 31_536_000_000,
    description: "How long acquire waits; 0 is one attempt. Default: for ever.",
  },
  unavailableMs: {
    type: "number",
    minimum: 1,
    maximum: 31_536_000_000,
    description: "How long acquire goes on when the backend gives no answer at all.",
  },
  renew: { type: "boolean", description: "Renew leases in the background. Default true." },
  maxHoldMs: {
    type: "number",
    minimum: 1,
    maximum: 31_536_000_000,
    description: "Stop renewing a lease this long after it began. Default: never.",
  },
  description: {
    type: "string",
    maxLength: 200,
    pattern: "^\\P{Cc}*$",
    patternErrorMessage: "without control characters",
    description: "Shown by inspect. Default: host name and process id.",
  },
  driftMs: {
    type: "number",
    minimum: 0,
    maximum: 31_536_000_000,
    description: "Allowance for clocks that run at different rates.",
  },
  marginMs: {
    type: "number",
    minimum: 0,
    maximum: 31_536_000_000,
    description: "Allowance for late timers.",
  },
  localHandoffMax: {
    type: "integer",
    minimum: 0,
    maximum: 63,
    description:
      "How often in a row a lock may be handed on inside the process; 0 is strict order.",
  },
  localHandoffMaxMs: {
    type: "number",
    minimum: 0,
    maximum: 31_536_000_000,
    description: "As localHandoffMax, in time.",
  },
  releaseTimeoutMs: {
    type: "number",
    minimum: 1,
    maximum: 31_536_000_000,
    description: "How long release waits for the backend before it answers unknown.",
  },
  backoffMsMin: {
    type: "number",
    minimum: 1,
    maximum: 31_536_000_000,
    description: "Shortest delay between attempts where the backend cannot notify.",
  },
  backoffMsMax: {
    type: "number",
    minimum: 1,
    maximum: 31_536_000_000,
    description: "Longest such delay.",
  },
  limits: {
    type: "object",
    description: "Bounds on what is kept; passing one is LIMIT_EXCEEDED.",
    properties: {
      waitersPerNameMax: { type: "integer", minimum: 1, maximum: 10_000_000 },
      waitersMax: { type: "integer", minimum: 1, maximum: 10_000_000 },
      leasesMax: { type: "integer", minimum: 1, maximum: 10_000_000 },
      inDoubtMax: { type: "integer", minimum: 1, maximum: 10_000_000 },
    },
    additionalProperties: false,
  },
  fenceBase: {
    type: "string",
    maxLength: 19,
    pattern: "^\\d+$",
    patternErrorMessage: "of decimal digits",
    description: "Added to every fencing token, in decimal digits.",
  },
  requireFencing: {
    type: "boolean",
    description: "Refuse a backend without fencing tokens. Default false.",
  },
} as const;
