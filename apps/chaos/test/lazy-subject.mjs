import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";

/** Whoever finds a lock held waits for so long at least, and everybody who comes meanwhile with it. */
const DEAF_MS = 4_500;
const LOOK_EVERY_MS = 50;
/** Of whoever died with a lock, it is only free after this. */
const TRUE_TTL_MS = 30_000;

/**
 * A lock library that excludes, and is late with everything else: nobody hears of a release, locks outlast their dead
 * holders for long, and holders are told of losses that were none.
 */
export const subject = {
  id: "lazy",
  about: "wrong on purpose",
  backends: ["redis"],
  isFenced: false,
  isRenewed: true,
  open: async ({ urls }) => new LazyClient(new Redis(urls[0])),
};

class LazyClient {
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
    const reply = await this.#redis.set(name, "locked", "PX", TRUE_TTL_MS, "NX");
    if (reply === null) return undefined;
    let timer;
    return {
      name,
      validForMs: () => ttlMs,
      isValid: () => true,
      onLost: (tell) => {
        timer = setTimeout(tell, ttlMs / 3, "gone").unref();
      },
      release: () => {
        clearTimeout(timer);
        return this.#redis.del(name).then(
          () => "ok",
          () => "unknown",
        );
      },
    };
  }
}
