import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { anyMember } from "./victims.ts";

/** A server stands still: connections stay open, requests wait, and are answered late. */
export const serverPaused: Fault = {
  id: "server-paused",
  about: "a server is stopped with SIGSTOP for up to 1.4 times the longest ttl, and goes on",
  side: "backend",
  appliesTo: () => true,
  async inflict(scene) {
    const { server } = anyMember(scene);
    await breakFor(scene, {
      lastMs: scene.random.between(0.1, 1.4) * scene.ttlMsMax,
      begin: () => server.pause(),
      end: () => server.resume(),
    });
  },
};
