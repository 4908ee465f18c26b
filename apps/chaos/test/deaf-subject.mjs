import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";

/** Whoever finds a lock held waits for so long at least, and everybody who comes meanwhile with it. */
const DEAF_MS = 8_000;
const LOOK_EVERY_MS = 50;

/** A lock library that excludes, and whose release is heard by nobody. */
export const subject = {
  id: "deaf",
  about: "wrong on purpose",
  backends: ["redis"],
  isFenced: false,
  isRenewed: false,
  open: async ({ urls }) => new DeafClient(new Redis(urls[0])),
};

class DeafClient {
  #redis;

  constructor(redis) {
    this.#redis = redis;
    redis.on("error", () => {});
  }

  async acquire(wish) {
    try {
      return await this.#acquire(wish);
    } catch (error) {
      // Its connection is broken, or was closed.
      return { refused: "unknown", detail: String(error) };
    }
  }

  async close() {
    this.#redis.disconnect();
  }

  async #acquire({ name, ttlMs, way, waitMs = Number.POSITIVE_INFINITY, signal }) {
    const untilMs = performance.now() + waitMs;
    for (;;) {
      if (signal?.aborted) return { refused: "fail", detail: "aborted" };
      const holding = await this.#take(name, ttlMs);
      if (holding !== undefined) return holding;
      if (way === "try") return { refused: "fail", detail: "held" };
      await this.#redis.set(`wait:${name}`, "1", "PX", DEAF_MS, "NX");
      if (performance.now() >= untilMs) return { refused: "fail", detail: "waited" };
      await sleep(LOOK_EVERY_MS);
    }
  }

  async #take(name, ttlMs) {
    if ((await this.#redis.exists(`wait:${name}`)) === 1) return undefined;
    const validUntilMs = performance.now() + ttlMs;
    const reply = await this.#redis.set(name, "locked", "PX", ttlMs, "NX");
    if (reply === null) return undefined;
    return {
      name,
      validForMs: () => validUntilMs - performance.now(),
      isValid: () => performance.now() < validUntilMs,
      // Nobody holds for longer than half of the ttl: it is ours.
      release: () =>
        this.#redis.del(name).then(
          (count) => (count === 1 ? "ok" : "fail"),
          () => "unknown",
        ),
    };
  }
}
