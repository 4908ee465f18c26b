import type { PostgresSettings } from "./postgres-options.ts";
import { Session } from "./session.ts";

/** Opens sessions and counts them, so that a provider never has more than it may. */
export class ConnectionBudget {
  readonly #settings: PostgresSettings;
  readonly #sessions = new Set<Session>();
  #openingCount = 0;

  constructor(settings: PostgresSettings) {
    this.#settings = settings;
  }

  /** How many more may be opened. */
  get left(): number {
    for (const session of this.#sessions) if (session.isEnded) this.#sessions.delete(session);
    return this.#settings.connectionCountMax - this.#sessions.size - this.#openingCount;
  }

  get sessions(): readonly Session[] {
    return [...this.#sessions].filter(({ isEnded }) => !isEnded);
  }

  async open(idleTimeoutMs: number): Promise<Session> {
    this.#openingCount += 1;
    try {
      const session = await Session.open(this.#settings, idleTimeoutMs);
      this.#sessions.add(session);
      return session;
    } finally {
      this.#openingCount -= 1;
    }
  }
}
