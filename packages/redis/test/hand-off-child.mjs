import { subscribe } from "node:diagnostics_channel";
import { createLocks, LockError } from "@holdfast/core";
import { FileRecorder, hostClock } from "@holdfast/history";
import { redis } from "@holdfast/redis";

const NS_PER_MS = 1e6;
const CONNECT_TRY_COUNT_MAX = 20;
const PHASES = { released: "ok", absent: "fail", unknown: "unknown" };
const { nowNs } = hostClock();

/** One user of one lock, and what it sees of it. A process has as many as it is told to open. */
class LockUser {
  #recorder;
  #locks;
  #who;
  #ttlMs;
  #count = 0;
  #lease;
  #hold = "";

  constructor({ user, name, file, url, driver, ttlMs }) {
    this.#recorder = new FileRecorder(file, nowNs);
    const provider = redis({ url, driver });
    // A server that is away is what these tests are about, and no reason to give up.
    this.#locks = createLocks({ provider, ttlMs, unavailableMs: 60_000, localHandoffMax: 0 });
    this.#who = { process: user, client: user, name };
    this.#ttlMs = ttlMs;
    subscribe("holdfast:renewed", (message) => this.#renewed(message));
  }

  /** Its driver is imported and its connection made: no part of what waiting for a lock may take. */
  async connect() {
    for (let tryCount = 1; ; tryCount += 1) {
      try {
        return await this.#locks.ping();
      } catch (error) {
        if (tryCount === CONNECT_TRY_COUNT_MAX) throw error;
      }
    }
  }

  async acquire() {
    this.#count += 1;
    this.#hold = `${this.#who.process}/${this.#count}`;
    this.#record("acquire", "invoke", { ttlMs: this.#ttlMs });
    try {
      const lease = await this.#locks.acquire(this.#who.name);
      this.#lease = lease;
      this.#record("acquire", "ok", { token: String(lease.fencingToken), ...this.#validUntil() });
      lease.signal.addEventListener("abort", () => this.#lost(lease), { once: true });
      return { token: String(lease.fencingToken) };
    } catch (error) {
      const isCertain = LockError.is(error) && error.outcome === "not-applied";
      this.#record("acquire", isCertain ? "fail" : "unknown");
      throw error;
    }
  }

  async release() {
    const lease = this.#lease;
    const isHeld = !lease.signal.aborted;
    if (isHeld) this.#record("release", "invoke");
    this.#lease = undefined;
    const outcome = await lease.release();
    if (isHeld) this.#record("release", PHASES[outcome]);
    return { outcome };
  }

  /** Synchronous: what the first line that runs is told. */
  check() {
    try {
      this.#lease.assertValid();
      return { isAborted: this.#lease.signal.aborted };
    } catch (error) {
      return { isAborted: this.#lease.signal.aborted, assertValid: error.code };
    }
  }

  async close() {
    await this.#locks.close();
    return {};
  }

  #renewed({ name, status }) {
    const isMine = this.#lease?.name === name && !this.#lease.signal.aborted;
    if (!isMine || status !== "renewed") return;
    this.#record("renew", "invoke");
    this.#record("renew", "ok", this.#validUntil());
  }

  #lost(lease) {
    if (this.#lease === lease) this.#record("lost", "ok");
  }

  /** The clock is read first, so that what passes between the two readings shortens the validity. */
  #validUntil() {
    const atNs = nowNs();
    return { validUntilNs: atNs + Math.floor(this.#lease.validForMs * NS_PER_MS) };
  }

  #record(operation, phase, more = {}) {
    this.#recorder.record({ ...this.#who, hold: this.#hold, operation, phase, ...more });
  }
}

const users = new Map();

async function run({ user, command, options }) {
  if (command === "open") {
    const opened = new LockUser({ user, ...options });
    users.set(user, opened);
    await opened.connect();
    return {};
  }
  return await users.get(user)[command]();
}

process.on("message", ({ number, ...request }) => {
  run(request).then(
    (told) => process.send?.({ number, told }),
    (error) => process.send?.({ number, error: String(error.code ?? error) }),
  );
});
process.once("disconnect", () => process.exit(0));
process.send?.({ number: 0, told: {} });
