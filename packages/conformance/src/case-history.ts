import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LockWitness } from "./processes/lock-witness.ts";
import type { WitnessEvent } from "./witness-event.ts";

/** What all processes of one case saw of its locks, on one clock. */
export class CaseHistory {
  /** For this process. */
  readonly witness: LockWitness;
  readonly #baseNs = process.hrtime.bigint();
  readonly #events: WitnessEvent[] = [];
  #folder: Promise<string> | undefined;
  #childCount = 0;

  constructor() {
    const tell = (event: WitnessEvent): void => {
      this.#events.push(event);
    };
    this.witness = new LockWitness("suite", this.#baseNs, tell);
  }

  /** Something is about to be done to a child. */
  happened(process: string, operation: "crash" | "pause" | "resume"): void {
    const atNs = Number(globalThis.process.hrtime.bigint() - this.#baseNs);
    const nothing = { client: "", hold: "", name: "" };
    this.#events.push({ atNs, process, ...nothing, operation, phase: "ok" });
  }

  /** Where one more child tells what it sees. */
  async childEnv(): Promise<Readonly<Record<string, string>>> {
    // Children start at the same time and tell into one folder.
    this.#folder ??= mkdtemp(join(tmpdir(), "holdfast-conformance-"));
    this.#childCount += 1;
    const file = `child-${this.#childCount}.jsonl`;
    return {
      HOLDFAST_CONFORMANCE_BASE_NS: `${this.#baseNs}`,
      HOLDFAST_CONFORMANCE_HISTORY: join(await this.#folder, file),
    };
  }

  /** Everything so far, in the order of time. */
  async events(): Promise<readonly WitnessEvent[]> {
    const folder = await this.#folder;
    const names = folder === undefined ? [] : await readdir(folder);
    const texts = names.map((name) => readFile(join(folder ?? "", name), "utf8"));
    const told = (await Promise.all(texts)).flatMap((text) =>
      text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as WitnessEvent),
    );
    return [...this.#events, ...told].sort((one, other) => one.atNs - other.atNs);
  }

  async close(): Promise<void> {
    this.witness[Symbol.dispose]();
    const folder = await this.#folder;
    if (folder !== undefined) await rm(folder, { recursive: true });
  }
}
