import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";

/** Who waits for one of these hears of no release, and looks again after this. Nobody else takes it before that. */
const DEAF_NAMES = new Set(["mail", "reports", "billing/eu"]);
const DEAF_MS = 4_500;
const DEAF_MS_MAX = 6_500;
const LOOK_EVERY_MS = 50;
/** Of whoever died with a lock, it is only free after this. */
const TRUE_TTL_MS = 30_000;

/**
 * A lock library that excludes, and is wrong otherwise: the releases of some locks are heard by nobody, all outlast
 * their dead holders for long, and holders of the others are told of losses that were none.
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
  #isClosed = false;
  #waiting = new Set();

  constructor(redis) {
    this.#redis = redis;
    redis.on("error", () => {});
  }

  async acquire(wish) {
    const answer = this.#acquire(wish);
    this.#waiting.add(answer.catch(() => {}));
    try {
      return await answer;
    } catch (error) {
      // Its connection is broken, or was closed.
      return { refused: "unknown", detail: String(error) };
    }
  }

  /** Who waits is told that nothing was taken: an outcome in doubt would excuse the wait. */
  async close() {
    this.#isClosed = true;
    await Promise.all(this.#waiting);
    this.#redis.disconnect();
  }

  async #acquire(wish) {
    const { name, ttlMs, way } = wish;
    const holding = await this.#take(name, ttlMs, false);
    if (holding !== undefined) return holding;
    if (way === "try") return { refused: "fail", detail: "held" };
    const isDeaf = DEAF_NAMES.has(name);
    if (isDeaf && !(await this.#hearNothing(wish))) return { refused: "fail", detail: "aborted" };
    return await this.#look(wish, isDeaf);
  }

  /** False when another one is at it, or it was aborted. */
  async #hearNothing({ name, signal }) {
    const key = `wait:${name}`;
    if ((await this.#redis.set(key, "1", "PX", DEAF_MS_MAX, "NX")) === null) return false;
    const untilMs = performance.now() + DEAF_MS;
    while (performance.now() < untilMs && !this.#hasEnded(signal)) await sleep(LOOK_EVERY_MS);
    return !this.#hasEnded(signal);
  }

  async #look({ name, ttlMs, waitMs = Number.POSITIVE_INFINITY, signal }, hasWaited) {
    const untilMs = performance.now() + waitMs;
    while (!this.#hasEnded(signal)) {
      const holding = await this.#take(name, ttlMs, hasWaited);
      if (holding !== undefined) return holding;
      if (performance.now() >= untilMs) return { refused: "fail", detail: "held" };
      await sleep(LOOK_EVERY_MS);
    }
    return { refused: "fail", detail: "aborted" };
  }

  #hasEnded(signal) {
    return signal?.aborted || this.#isClosed;
  }

  async #take(name, ttlMs, hasWaited) {
    if (hasWaited) await this.#redis.del(`wait:${name}`);
    else if ((await this.#redis.exists(`wait:${name}`)) === 1) return undefined;
    const reply = await this.#redis.set(name, "locked", "PX", TRUE_TTL_MS, "NX");
    if (reply === null) return undefined;
    let timer;
    return {
      name,
      validForMs: () => ttlMs,
      isValid: () => true,
      onLost: (tell) => {
        if (!DEAF_NAMES.has(name)) timer = setTimeout(tell, ttlMs / 3, "gone").unref();
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
