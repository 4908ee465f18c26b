export { type Clock, systemClock, type Timer } from "./clock.ts";
export { createLocks, type TokenOf } from "./create-locks.ts";
export type {
  AttemptEvent,
  GrantedEvent,
  InDoubtEvent,
  LockEvent,
  LostEvent,
  ReleasedEvent,
  RenewedEvent,
  WaitEvent,
} from "./events.ts";
export type { Lease, Ticket } from "./lease.ts";
export {
  LockError,
  type LockErrorCode,
  type LockErrorOptions,
  type Outcome,
} from "./lock-error.ts";
export type { CloseReport, Locks } from "./locks.ts";
export type {
  AcquireOptions,
  BreakOptions,
  Limits,
  LocksOptions,
  TryAcquireOptions,
} from "./locks-options.ts";
export { type ManualClock, manualClock } from "./manual-clock.ts";
export { type MemoryOptions, memory } from "./memory/memory-provider.ts";
export { noop } from "./noop.ts";
export type {
  AcquireRequest,
  BreakTarget,
  Capabilities,
  Claim,
  EnqueueRequest,
  FencedProvider,
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
  Reply,
  TurnQueue,
  UnfencedProvider,
  Vote,
} from "./provider.ts";
export type { QuorumOptions } from "./quorum/quorum-options.ts";
export { quorum } from "./quorum/quorum-provider.ts";
export { type Random, systemRandom } from "./random.ts";
export { withPrefix } from "./with-prefix.ts";
