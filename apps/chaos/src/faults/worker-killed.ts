import type { Fault } from "../fault.ts";

/** A process gets SIGKILL while it holds, waits or asks. */
export const workerKilled: Fault = {
  id: "worker-killed",
  about: "a process is killed with SIGKILL, and another takes its place",
  row: 22,
  side: "fleet",
  appliesTo: () => true,
  async inflict({ fleet, random, note }) {
    const index = random.integer(0, fleet.size - 1);
    note(`worker ${index}`);
    await fleet.kill(index);
  },
};
