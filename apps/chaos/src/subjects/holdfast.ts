import type { Subject } from "../subject.ts";

/** Holdfast itself. */
export const holdfast: Subject = {
  id: "holdfast",
  about: "Holdfast, with the adapter of the backend",
  backends: ["redis", "redlock", "postgres", "etcd"],
  isFenced: true,
  isRenewed: true,
  isOnTargetClock: true,
  open: async (target) => {
    const { openHoldfast } = await import("./holdfast-client.ts");
    return await openHoldfast(target);
  },
};
