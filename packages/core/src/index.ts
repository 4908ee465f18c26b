export { type Clock, systemClock, type Timer } from "./clock.ts";
export {
  LockError,
  type LockErrorCode,
  type LockErrorOptions,
  type Outcome,
} from "./lock-error.ts";
export type {
  AcquireRequest,
  BreakTarget,
  Capabilities,
  Claim,
  EnqueueRequest,
  Finding,
  Grant,
  LockMode,
  LockProvider,
  LockState,
  Loss,
  Member,
  Membership,
  Refusal,
  ReleaseOutcome,
  ReleaseRequest,
  RenewOutcome,
  RenewRequest,
  Vote,
} from "./provider.ts";
export { type Random, systemRandom } from "./random.ts";
