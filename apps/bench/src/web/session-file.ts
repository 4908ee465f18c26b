import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where a server listens, and what its pages have to know. */
export interface Session {
  readonly port: number;
  readonly token: string;
}

const NAME = "session.json";

/**
 * Remembers a session while its server lives. A server that finds one was killed, and its pages still wait
 * at that port with that token: it takes their place. Only the user can read the file.
 */
export class SessionFile {
  readonly #file: string;

  constructor(folder: string) {
    this.#file = join(folder, NAME);
  }

  /** The session of a server that did not end by itself, or undefined. */
  left(): Session | undefined {
    if (!existsSync(this.#file)) return undefined;
    try {
      const { pid, port, token } = JSON.parse(readFileSync(this.#file, "utf8"));
      const isSession = Number.isInteger(port) && typeof token === "string" && !isAlive(pid);
      return isSession ? { port, token } : undefined;
    } catch {
      // Killed while it wrote: nothing is remembered.
      return undefined;
    }
  }

  remember(session: Session): void {
    rmSync(this.#file, { force: true });
    writeFileSync(this.#file, JSON.stringify({ pid: process.pid, ...session }), { mode: 0o600 });
  }

  forget(): void {
    rmSync(this.#file, { force: true });
  }
}

function isAlive(pid: unknown): boolean {
  if (typeof pid !== "number" || !Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
