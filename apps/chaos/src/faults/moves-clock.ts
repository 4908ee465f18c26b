import { clockShim, type ServerClock } from "@holdfast/test-servers";
import type { Scene } from "../fault.ts";
import type { Ground } from "../ground.ts";
import { anyMember } from "./victims.ts";

/** Whether the clocks of its servers can be moved on this machine; a string says why not. */
export function canMoveClocks({ members }: Ground): boolean | string {
  const [first] = members;
  // An etcd counts leases by a monotonic clock.
  if (first === undefined || !("clock" in first)) return false;
  if (first.clock !== undefined) return true;
  const shim = clockShim();
  return shim.available ? "its servers are not programs of this machine" : shim.explanation;
}

/** The clock of one server. */
export function anyClock(scene: Scene): ServerClock {
  const member = anyMember(scene);
  if (!("clock" in member) || member.clock === undefined)
    throw new Error("it has no clock to move");
  return member.clock;
}
