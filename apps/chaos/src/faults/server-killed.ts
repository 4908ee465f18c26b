import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { outage } from "./outage.ts";
import { anyMember } from "./victims.ts";

/** A server crashes, and comes back with what it had acknowledged. */
export const serverKilled: Fault = {
  id: "server-killed",
  about: "a server is killed with SIGKILL, and started again with its data",
  side: "backend",
  appliesTo: () => true,
  async inflict(scene) {
    const { server } = anyMember(scene);
    await breakFor(scene, {
      ...outage(scene),
      begin: () => server.kill(),
      end: () => server.restart({ keepData: true }),
    });
  },
};
