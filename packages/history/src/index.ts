export { checkExclusion } from "./checkers/exclusion.ts";
export { checkFencingOrder } from "./checkers/fencing-order.ts";
export type { HistoryEvent, Operation, Phase } from "./history-event.ts";
export { type HostClock, hostClock } from "./host-clock.ts";
export { MalformedHistoryError } from "./malformed-history-error.ts";
export { inOrder, readHistory } from "./read-history.ts";
export { type Entry, FileRecorder, MemoryRecorder, type Recorder } from "./recorder.ts";
export type { CheckerName, Violation } from "./violation.ts";
