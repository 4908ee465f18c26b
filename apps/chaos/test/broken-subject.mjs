import { Redis } from "ioredis";

/** Shorter than it says, so that others come in while a holder goes on. */
const TRUE_TTL_MS = 60;
const REJECT_EVERY = 60;

/** A lock library that is wrong in three ways: it lies about its ttl, leaves a key, and drops a rejection. */
export const subject = {
  id: "broken",
  about: "wrong on purpose",
  backends: ["redis"],
  isFenced: true,
  isRenewed: true,
  open: async ({ urls }) => new BrokenClient(new Redis(urls[0])),
};

class BrokenClient {
  #redis;
  #acquireCount = 0;

  constructor(redis) {
    this.#redis = redis;
    redis.on("error", () => {});
  }

  async acquire({ name, ttlMs }) {
    this.#acquireCount += 1;
    if (this.#acquireCount % REJECT_EVERY === 0)
      void Promise.reject(new Error("nobody handles this"));
    await this.#redis.set(`left:${name}`, "1");
    const reply = await this.#redis.set(name, "locked", "PX", TRUE_TTL_MS, "NX");
    if (reply === null) return { refused: "fail", detail: "held" };
    const token = BigInt(await this.#redis.incr("left:fence"));
    const validUntilMs = performance.now() + ttlMs;
    return {
      name,
      token,
      validForMs: () => validUntilMs - performance.now(),
      isValid: () => performance.now() < validUntilMs,
      release: async () => ((await this.#redis.del(name)) === 1 ? "ok" : "fail"),
    };
  }

  async close() {
    this.#redis.disconnect();
  }
}
