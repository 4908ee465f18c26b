import type { ConformanceCase } from "../conformance-case.ts";
import { abortCases } from "./abort.ts";
import { abortCallCases } from "./abort-calls.ts";
import { backendQueueCases } from "./backend-queue.ts";
import { closeCases } from "./close.ts";
import { eventCases } from "./events.ts";
import { exclusionCases } from "./exclusion.ts";
import { faultCases } from "./faults.ts";
import { fencingCases } from "./fencing.ts";
import { grantCases } from "./grants.ts";
import { handOverCases } from "./hand-over.ts";
import { inspectCases } from "./inspect.ts";
import { limitCases } from "./limits.ts";
import { localQueueCases } from "./local-queue.ts";
import { lossCases } from "./loss.ts";
import { memberCases } from "./members.ts";
import { nameCases } from "./names.ts";
import { processCases } from "./processes.ts";
import { releaseCases } from "./release.ts";
import { releaseCallCases } from "./release-calls.ts";
import { renewalCases } from "./renewal.ts";
import { renewalCallCases } from "./renewal-calls.ts";
import { unknownOutcomeCases } from "./unknown-outcomes.ts";
import { usingCases } from "./using.ts";
import { waitingCases } from "./waiting.ts";

/** Every case, in the order in which they run: the provider alone first, then core over it. */
export const cases: readonly ConformanceCase[] = [
  ...grantCases,
  ...exclusionCases,
  ...fencingCases,
  ...renewalCallCases,
  ...releaseCallCases,
  ...abortCallCases,
  ...nameCases,
  ...inspectCases,
  ...memberCases,
  ...limitCases,
  ...renewalCases,
  ...lossCases,
  ...releaseCases,
  ...usingCases,
  ...waitingCases,
  ...faultCases,
  ...localQueueCases,
  ...backendQueueCases,
  ...abortCases,
  ...unknownOutcomeCases,
  ...handOverCases,
  ...closeCases,
  ...eventCases,
  ...processCases,
];
