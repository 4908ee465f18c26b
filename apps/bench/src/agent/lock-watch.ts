import type { AgentHost } from "./agent-host.ts";
import type { LockSight } from "./lock-sight.ts";

/** Pause between two looks. */
const PAUSE_MS = 300;
/** Locks that are told of at a time. */
const SIGHT_COUNT_MAX = 32;

/** Looks again and again at the locks of all agents, and tells of them, until it is disposed of. */
export class LockWatch implements Disposable {
  readonly #host: AgentHost;
  readonly #tell: (locks: readonly LockSight[]) => void;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(host: AgentHost, tell: (locks: readonly LockSight[]) => void) {
    this.#host = host;
    this.#tell = tell;
    this.#lookLater();
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#tell([]);
  }

  #lookLater(): void {
    this.#timer = setTimeout(() => void this.#look(), PAUSE_MS).unref();
  }

  async #look(): Promise<void> {
    const sights = await this.#host.look();
    if (this.#isOver) return;
    this.#tell(together(sights));
    this.#lookLater();
  }
}

/** One row for each lock: uses added up over the processes, and the state from whoever could say. */
export function together(sights: readonly LockSight[]): readonly LockSight[] {
  const rows = new Map<string, LockSight>();
  for (const sight of sights) {
    const key = `${sight.strategy} ${sight.name}`;
    const row = rows.get(key);
    const state = sight.state ?? row?.state;
    rows.set(key, {
      ...sight,
      waiting: sight.waiting + (row?.waiting ?? 0),
      holding: sight.holding + (row?.holding ?? 0),
      ...(state && { state }),
    });
  }
  return [...rows.values()]
    .toSorted((a, b) => b.waiting - a.waiting || a.name.localeCompare(b.name))
    .slice(0, SIGHT_COUNT_MAX);
}
