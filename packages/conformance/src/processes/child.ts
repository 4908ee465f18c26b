import { appendFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createLocks, type Lease, LockError, type Locks } from "@holdfast/core";
import type { ChildOpen } from "../harness.ts";
import { nextTurn } from "../waits.ts";
import type { ChildAnswer, ChildCommand, ChildLease, ChildRequest } from "./child-command.ts";
import { LockWitness } from "./lock-witness.ts";

/**
 * A process that takes locks when it is told to, so that the suite can stop it, wake it and kill
 * it. It ends when its parent does.
 */
class Child {
  readonly #locks: Locks;
  readonly #witness: LockWitness;
  #lease: Lease | undefined;

  constructor(locks: Locks, witness: LockWitness) {
    this.#locks = locks;
    this.#witness = witness;
  }

  async run(command: ChildCommand): Promise<ChildLease> {
    switch (command.do) {
      case "acquire": {
        const { name, ttlMs, waitMs } = command;
        this.#lease = await this.#witness.acquire(this.#locks, name, { ttlMs, waitMs });
        return this.#told();
      }
      case "adopt":
        this.#lease = await this.#witness.adopt(this.#locks, command.ticket, command.hold);
        return this.#told();
      case "check":
        return this.#told();
      case "release":
        return { ...this.#told(), outcome: await this.#witness.release(this.#held()) };
      case "detach": {
        const hold = this.#witness.forget(this.#held());
        const ticket = this.#held().detach();
        return { ...this.#told(), ...(hold === undefined ? {} : { hold }), ticket };
      }
      case "count":
        await this.#count(command);
        return { isAborted: false };
      case "close":
        await this.close();
        return this.#told();
    }
  }

  async close(): Promise<void> {
    await this.#witness.close(this.#locks);
  }

  /** Synchronous, so that nothing but the clocks can have told the lease of its end. */
  #told(): ChildLease {
    const lease = this.#held();
    const told = { isAborted: lease.signal.aborted };
    const token = lease.fencingToken === undefined ? {} : { fencingToken: `${lease.fencingToken}` };
    const why = LockError.is(lease.signal.reason) ? { why: lease.signal.reason.code } : {};
    try {
      lease.assertValid();
      return { ...told, ...token, ...why };
    } catch (error) {
      return { ...told, ...token, ...why, assertValid: codeOf(error) };
    }
  }

  #held(): Lease {
    if (this.#lease === undefined) throw new TypeError("the child has no lease");
    return this.#lease;
  }

  async #count(command: Extract<ChildCommand, { do: "count" }>): Promise<void> {
    const { name, ttlMs, rounds, file } = command;
    const increment = async (): Promise<void> => {
      const read = Number(await readFile(file, "utf8"));
      await nextTurn();
      await writeFile(file, String(read + 1));
    };
    for (let round = 0; round < rounds; round += 1) {
      const lease = await this.#witness.acquire(this.#locks, name, { ttlMs, waitMs: 30_000 });
      try {
        await increment();
      } finally {
        await this.#witness.release(lease);
      }
    }
  }
}

function codeOf(error: unknown): string {
  return LockError.is(error) ? error.code : String(error);
}

/** Tells by a file, which a process that is killed leaves behind. */
function witnessOf(env: NodeJS.ProcessEnv): LockWitness {
  const file = env["HOLDFAST_CONFORMANCE_HISTORY"] ?? "";
  const baseNs = BigInt(env["HOLDFAST_CONFORMANCE_BASE_NS"] ?? 0);
  return new LockWitness(`child-${process.pid}`, baseNs, (event) =>
    appendFileSync(file, `${JSON.stringify(event)}\n`),
  );
}

async function main(): Promise<void> {
  const { open } = (await import(process.env["HOLDFAST_CONFORMANCE_MODULE"] ?? "")) as {
    open: ChildOpen;
  };
  const provider = await open();
  const { clock } = provider;
  const backoff = { backoffMsMin: 5, backoffMsMax: 40 };
  const locks = createLocks({ provider, ...backoff, ...(clock === undefined ? {} : { clock }) });
  const child = new Child(locks, witnessOf(process.env));
  const end = (): void => {
    const left = (): void => process.exit(0);
    child.close().then(left, left);
  };
  process.once("SIGTERM", end);
  process.once("disconnect", end);
  process.on("message", ({ number, command }: ChildRequest) => {
    const answer = (lease: ChildLease): ChildAnswer => ({ number, lease });
    const failure = (error: unknown): ChildAnswer => ({ number, error: codeOf(error) });
    void child
      .run(command)
      .then(answer, failure)
      .then((told) => process.send?.(told));
  });
  process.send?.({ number: 0, lease: { isAborted: false } } satisfies ChildAnswer);
}

await main();
