import type { Fault } from "./fault.ts";
import { acquiresAborted } from "./faults/acquires-aborted.ts";
import { blackHoled } from "./faults/black-holed.ts";
import { clientsKilled } from "./faults/clients-killed.ts";
import { compacted } from "./faults/compacted.ts";
import { connectionsExhausted } from "./faults/connections-exhausted.ts";
import { connectionsRefused } from "./faults/connections-refused.ts";
import { connectionsReset } from "./faults/connections-reset.ts";
import { crowdGathered } from "./faults/crowd-gathered.ts";
import { dataLost } from "./faults/data-lost.ts";
import { failedOver } from "./faults/failed-over.ts";
import { flushed } from "./faults/flushed.ts";
import { flushedAtRest } from "./faults/flushed-at-rest.ts";
import { holderTerminated } from "./faults/holder-terminated.ts";
import { keyDeleted } from "./faults/key-deleted.ts";
import { latencyJittered } from "./faults/latency-jittered.ts";
import { leaderKilled } from "./faults/leader-killed.ts";
import { leaderPaused } from "./faults/leader-paused.ts";
import { leaseRevoked } from "./faults/lease-revoked.ts";
import { linkSlow } from "./faults/link-slow.ts";
import { lockDeleted } from "./faults/lock-deleted.ts";
import { lockTableFull } from "./faults/lock-table-full.ts";
import { locksEvicted } from "./faults/locks-evicted.ts";
import { locksExpiredEarly } from "./faults/locks-expired-early.ts";
import { majorityCutOff } from "./faults/majority-cut-off.ts";
import { majorityPaused } from "./faults/majority-paused.ts";
import { memberClockAstray } from "./faults/member-clock-astray.ts";
import { memberIsolated } from "./faults/member-isolated.ts";
import { memberRestartedEmpty } from "./faults/member-restarted-empty.ts";
import { memberSlow } from "./faults/member-slow.ts";
import { membersRestartedEmpty } from "./faults/members-restarted-empty.ts";
import { memoryFull } from "./faults/memory-full.ts";
import { networkLossy } from "./faults/network-lossy.ts";
import { notificationsLost } from "./faults/notifications-lost.ts";
import { passwordDemanded } from "./faults/password-demanded.ts";
import { repliesHeld } from "./faults/replies-held.ts";
import { repliesLost } from "./faults/replies-lost.ts";
import { requestsHeld } from "./faults/requests-held.ts";
import { restartedEmpty } from "./faults/restarted-empty.ts";
import { scriptsFlushed } from "./faults/scripts-flushed.ts";
import { serverBusy } from "./faults/server-busy.ts";
import { serverClockAhead } from "./faults/server-clock-ahead.ts";
import { serverClockBack } from "./faults/server-clock-back.ts";
import { serverClockNudged } from "./faults/server-clock-nudged.ts";
import { serverClockRate } from "./faults/server-clock-rate.ts";
import { serverKilled } from "./faults/server-killed.ts";
import { serverPaused } from "./faults/server-paused.ts";
import { serverReadOnly } from "./faults/server-read-only.ts";
import { sessionsTerminated } from "./faults/sessions-terminated.ts";
import { statementsCancelled } from "./faults/statements-cancelled.ts";
import { waiterDeleted } from "./faults/waiter-deleted.ts";
import { workerClockShifted } from "./faults/worker-clock-shifted.ts";
import { workerKilled } from "./faults/worker-killed.ts";
import { workerPaused } from "./faults/worker-paused.ts";
import { workerStalled } from "./faults/worker-stalled.ts";
import { workerSuspended } from "./faults/worker-suspended.ts";
import { workerTerminated } from "./faults/worker-terminated.ts";

/** Every fault that a run can draw, in the order of `--list`. */
export const faults: readonly Fault[] = [
  // What happens to processes.
  workerKilled,
  workerTerminated,
  workerPaused,
  workerStalled,
  workerClockShifted,
  workerSuspended,
  acquiresAborted,
  crowdGathered,
  // What happens on the way.
  repliesLost,
  requestsHeld,
  repliesHeld,
  blackHoled,
  connectionsRefused,
  connectionsReset,
  latencyJittered,
  networkLossy,
  linkSlow,
  // What happens to a server of any kind.
  serverPaused,
  serverKilled,
  serverClockBack,
  serverClockAhead,
  serverClockNudged,
  serverClockRate,
  // On Redis.
  clientsKilled,
  scriptsFlushed,
  memoryFull,
  serverReadOnly,
  serverBusy,
  passwordDemanded,
  notificationsLost,
  restartedEmpty,
  flushedAtRest,
  // On a quorum.
  memberSlow,
  memberRestartedEmpty,
  membersRestartedEmpty,
  majorityCutOff,
  memberClockAstray,
  // On Postgres.
  sessionsTerminated,
  statementsCancelled,
  connectionsExhausted,
  lockTableFull,
  // On etcd.
  leaderKilled,
  leaderPaused,
  memberIsolated,
  majorityPaused,
  compacted,
  waiterDeleted,
  // What only `--faults` draws.
  dataLost,
  failedOver,
  flushed,
  lockDeleted,
  locksEvicted,
  locksExpiredEarly,
  holderTerminated,
  leaseRevoked,
  keyDeleted,
];
