import type { HistoryEvent, Operation, Phase } from "../../src/history-event.ts";
import { MemoryRecorder } from "../../src/recorder.ts";
import type { Process } from "./process.ts";
import type { World } from "./world.ts";

/** What an entry says besides who, what and when. */
export type Details = Partial<
  Pick<HistoryEvent, "token" | "ttlMs" | "validUntilNs" | "value" | "detail">
>;

/** Writes the history of a run from outside of the locks, so that a broken one cannot embellish it. */
export class Journal {
  readonly #recorder: MemoryRecorder;

  constructor(world: World) {
    this.#recorder = new MemoryRecorder(() => world.nowNs());
  }

  get events(): readonly HistoryEvent[] {
    return this.#recorder.events;
  }

  /** A call of a holder, or what it is told. */
  note(
    {
      process,
      hold,
      name,
    }: { readonly process: Process; readonly hold: string; readonly name: string },
    what: `${Operation} ${Phase}`,
    details: Details = {},
  ): void {
    const [operation, phase] = what.split(" ") as [Operation, Phase];
    const client = process.name;
    this.#recorder.record({ process: client, client, hold, name, operation, phase, ...details });
  }

  /** Something that happens to a process, or to what is between processes. */
  fact(operation: Operation, process: string, hold = ""): void {
    this.#recorder.record({ process, client: "", hold, name: "", operation, phase: "ok" });
  }

  leftover(name: string, detail: string): void {
    const operation = "leftover";
    const who = { process: "", client: "", hold: "", name, operation, phase: "ok" } as const;
    this.#recorder.record({ ...who, detail });
  }
}
