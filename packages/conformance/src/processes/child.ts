import { readFile, writeFile } from "node:fs/promises";
import { createLocks, type Lease, LockError, type Locks } from "@holdfast/core";
import type { ChildOpen } from "../harness.ts";
import { nextTurn } from "../waits.ts";
import type { ChildAnswer, ChildCommand, ChildLease, ChildRequest } from "./child-command.ts";

/**
 * A process that takes locks when it is told to, so that the suite can stop it, wake it and kill
 * it. It ends when its parent does.
 */
class Child {
  readonly #locks: Locks;
  #lease: Lease | undefined;

  constructor(locks: Locks) {
    this.#locks = locks;
  }

  async run(command: ChildCommand): Promise<ChildLease> {
    switch (command.do) {
      case "acquire": {
        const { name, ttlMs, waitMs } = command;
        this.#lease = await this.#locks.acquire(name, { ttlMs, waitMs });
        return this.#told();
      }
      case "adopt":
        this.#lease = await this.#locks.adopt(command.ticket);
        return this.#told();
      case "check":
        return this.#told();
      case "release":
        return { ...this.#told(), outcome: await this.#held().release() };
      case "detach":
        return { ...this.#told(), ticket: this.#held().detach() };
      case "count":
        await this.#count(command);
        return { isAborted: false };
      case "close":
        await this.close();
        return this.#told();
    }
  }

  async close(): Promise<void> {
    await this.#locks.close();
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
      await this.#locks.using(name, increment, { ttlMs, waitMs: 30_000 });
    }
  }
}

function codeOf(error: unknown): string {
  return LockError.is(error) ? error.code : String(error);
}

async function main(): Promise<void> {
  const { open } = (await import(process.env["HOLDFAST_CONFORMANCE_MODULE"] ?? "")) as {
    open: ChildOpen;
  };
  const provider = await open();
  const { clock } = provider;
  const backoff = { backoffMsMin: 5, backoffMsMax: 40 };
  const locks = createLocks({ provider, ...backoff, ...(clock === undefined ? {} : { clock }) });
  const child = new Child(locks);
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
