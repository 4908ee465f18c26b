import type { Fault } from "../fault.ts";

/** A server stands still: connections stay open, requests wait, and are answered late. */
export const serverPaused: Fault = {
  id: "server-paused",
  about: "a server is stopped with SIGSTOP for up to twice the longest ttl, and goes on",
  row: 7,
  side: "backend",
  appliesTo: () => true,
  async inflict({ ground, random, ttlMsMax, sleep, note }) {
    const { server } = random.pick<{
      readonly server: { pause(): Promise<void>; resume(): Promise<void> };
    }>(ground.members);
    const pauseMs = random.between(0.1, 2) * ttlMsMax;
    note(`${Math.round(pauseMs)} ms`);
    await server.pause();
    try {
      await sleep(pauseMs);
    } finally {
      await server.resume();
    }
  },
};
