import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";

/** Who waits for this lock hears of no release, and looks again after this. Nobody else takes it before that. */
const DEAF_NAME = "mail";
const DEAF_MS = 4_500;
const DEAF_MS_MAX = 6_500;
const LOOK_EVERY_MS = 50;
/** Of whoever died with a lock, it is only free after this. */
const TRUE_TTL_MS = 30_000;

/**
 * A lock library that excludes, and is wrong otherwise: the release of one lock is heard by nobody, all outlast their
 * dead holders for long, and holders are told of losses that were none.
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

  async #acquire({ name, ttlMs, way, waitMs = Number.POSITIVE_INFINITY, signal }) {
    const untilMs = performance.now() + waitMs;
    let deafUntilMs = Number.NEGATIVE_INFINITY;
    for (;;) {
      if (this.#hasEnded(signal)) return { refused: "fail", detail: "aborted" };
      if (performance.now() >= deafUntilMs) {
        const holding = await this.#take(name, ttlMs, deafUntilMs > 0);
        if (holding !== undefined) return holding;
      }
      if (way === "try" || performance.now() >= untilMs) return { refused: "fail", detail: "held" };
      if (deafUntilMs < 0 && name === DEAF_NAME) {
        if (!(await this.#mayWait(name))) return { refused: "fail", detail: "another one waits" };
        deafUntilMs = performance.now() + DEAF_MS;
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  #hasEnded(signal) {
    return signal?.aborted || this.#isClosed;
  }

  async #mayWait(name) {
    return (await this.#redis.set(`wait:${name}`, "1", "PX", DEAF_MS_MAX, "NX")) !== null;
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
