import type { Scenario } from "./scenario.ts";
import { contended } from "./scenarios/contended.ts";
import { crash } from "./scenarios/crash.ts";
import { fairness } from "./scenarios/fairness.ts";
import { handoff } from "./scenarios/handoff.ts";
import { holding } from "./scenarios/holding.ts";
import { local } from "./scenarios/local.ts";
import { loss } from "./scenarios/loss.ts";
import { memberDown } from "./scenarios/member-down.ts";
import { memberHung } from "./scenarios/member-hung.ts";
import { packageScenario } from "./scenarios/package.ts";
import { pause } from "./scenarios/pause.ts";
import { shell } from "./scenarios/shell.ts";
import { uncontended } from "./scenarios/uncontended.ts";
import { waiters } from "./scenarios/waiters.ts";

/** Every scenario the benchmark knows, in the order it runs them. */
export const scenarios: readonly Scenario[] = [
  uncontended,
  contended,
  handoff,
  local,
  fairness,
  holding,
  crash,
  pause,
  loss,
  memberDown,
  memberHung,
  waiters,
  packageScenario,
  shell,
];
