import { type Clock, LockError, type Membership } from "@holdfast/core";
import type { CommandRunner } from "./command-runner.ts";
import type { RedisConnection } from "./redis-client.ts";
import { textOf } from "./reply.ts";
import { evalsha, JOIN } from "./scripts.ts";
import type { Answer } from "./sent-command.ts";
import { serverInfo } from "./server-info.ts";

/** What was found out about the server behind one epoch of one connection. */
export interface Verification {
  readonly connection: RedisConnection;
  readonly epoch: number;
  readonly runId: string;
  /** The marker that the acquire script must find unchanged. */
  readonly marker: string;
}

interface GuardParts {
  readonly runner: CommandRunner;
  readonly clock: Clock;
  readonly markerKey: string;
  readonly membership: Membership;
}

/** Part of the marker's ttl after which its absence may be mere idleness. */
const MARKER_TRUSTED_SHARE = 0.9;
/** Part of it after which whoever asks makes it live on first: it must outlive every lease. */
const MARKER_FRESH_SHARE = 0.25;

/**
 * Keeps a member that may have lost its data from voting: the "delayed restarts" of the Redlock page
 * (https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/), done by the client.
 *
 * A member abstains for `restartGuardMs` after its run_id changed, its uptime began or its boot marker went
 * missing. All three are looked at once for every connection made, because a server can only restart
 * by ending it; the marker also in every acquire, because FLUSHALL does not. The marker tells the run_id that it
 * was made on, for clients that never saw it; whoever acquires or renews keeps it alive.
 */
export class BootGuard {
  readonly #parts: GuardParts;
  #verification: Verification | undefined;
  #verifying: Promise<Verification> | undefined;
  #abstainUntilMs: number = Number.NEGATIVE_INFINITY;
  /** When we last made the marker live on, by our own send. */
  #markerKeptMs: number = Number.NEGATIVE_INFINITY;
  #runId = "";
  #marker = "";

  constructor(parts: GuardParts) {
    this.#parts = parts;
  }

  /** How much longer the member abstains; 0 when it votes. */
  get abstainMs(): number {
    return Math.max(0, this.#abstainUntilMs - this.#parts.clock.monotonicMs());
  }

  /** The server that was looked at last: its run_id. */
  get runId(): string {
    return this.#runId;
  }

  /** The verification of the present connection; undefined where one is to be made, or to be made again. */
  get present(): Verification | undefined {
    const known = this.#verification;
    if (known === undefined || !this.#isYounger(MARKER_FRESH_SHARE)) return undefined;
    const { connection, epoch } = known;
    const isPresent = this.#parts.runner.current === connection && connection.epoch === epoch;
    return isPresent ? known : undefined;
  }

  /** The verification of the present connection, made first where there is none. */
  async verified(): Promise<Verification> {
    const known = this.#verification;
    if (known !== undefined && this.#isYounger(MARKER_FRESH_SHARE)) {
      const { connection, epoch } = known;
      const present = await this.#parts.runner.ready();
      if (present === connection && connection.epoch === epoch) return known;
    }
    this.#verifying ??= this.#verify().finally(() => {
      this.#verifying = undefined;
    });
    return await this.#verifying;
  }

  /** The marker was another one: look again before the next vote. */
  markerLost(): void {
    this.#verification = undefined;
  }

  /** A vote counts only when it was sent and answered on the connection that was verified. */
  covers(verification: Verification, { connection, epoch, isEpochKept }: Answer): boolean {
    return isEpochKept && connection === verification.connection && epoch === verification.epoch;
  }

  async #verify(): Promise<Verification> {
    const { runner, clock, membership } = this.#parts;
    const connection = await runner.ready();
    const { epoch } = connection;
    const info = await serverInfo(runner, ["server"]);
    const runId = info.get("run_id") ?? "";
    // The server cuts both of its times to seconds: the difference may be one second too long.
    const uptimeMs = Math.max(0, Number(info.get("uptime_in_seconds") ?? 0) - 1) * 1_000;
    const { marker, abstainMs, answer } = await this.#join(runId);
    const verification = { connection, epoch, runId, marker };
    if (runId === "" || !this.covers(verification, answer)) throw unverified(undefined);
    const guardMs = membership.restartGuardMs;
    const hasChanged = this.#runId !== "" && this.#runId !== runId;
    const bootMs = hasChanged ? guardMs : guardMs - uptimeMs;
    const untilMs = clock.monotonicMs() + Math.max(abstainMs, bootMs);
    this.#abstainUntilMs = Math.max(this.#abstainUntilMs, untilMs);
    this.#runId = runId;
    this.#marker = marker;
    this.#markerKeptMs = answer.sentAtMs;
    this.#verification = verification;
    return verification;
  }

  /** Whether the marker was made to live on within this part of its ttl. */
  #isYounger(share: number): boolean {
    const { clock, membership } = this.#parts;
    return clock.monotonicMs() - this.#markerKeptMs < membership.fenceTtlMs * share;
  }

  async #join(runId: string): Promise<{ marker: string; abstainMs: number; answer: Answer }> {
    const { runner, markerKey, membership } = this.#parts;
    const { fingerprint, restartGuardMs, fenceTtlMs } = membership;
    const guardUs = String(restartGuardMs * 1_000);
    const known = this.#isYounger(MARKER_TRUSTED_SHARE) ? this.#marker : "";
    const fenceTtl = String(fenceTtlMs);
    return await runner.run({
      script: JOIN,
      command: evalsha(JOIN, "1", markerKey, fingerprint, fenceTtl, guardUs, known, runId),
      decode: (answer) => {
        if (!Array.isArray(answer.reply)) {
          throw configuredOtherwise(fingerprint, textOf(answer.reply).slice(1));
        }
        const [marker = "", abstainUs] = answer.reply.map(textOf);
        return { marker, abstainMs: Number(abstainUs) / 1_000, answer };
      },
    });
  }
}

function configuredOtherwise(ours: string, theirs: string): LockError {
  return new LockError(
    "CONFIG_INVALID",
    `redis: this server is a member of a quorum that is configured otherwise: ${theirs || "unreadable"}, ` +
      `not ${ours} (n members; ttlMsMax, restart guard, fence ttl and proposal slack in milliseconds). Configure all clients ` +
      "alike, or wait until nobody has used the other for its fence ttl",
  );
}

/** No vote: the server behind the answer is not known to be the one that was looked at. */
export function unverified(lockName: string | undefined): LockError {
  return new LockError(
    "BACKEND_UNAVAILABLE",
    "redis: the connection changed while the member was asked",
    { lockName, outcome: "unknown" },
  );
}
