import type { ServerKind } from "./server-kind.ts";

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** Where one server runs: its listening address and its folders, as the server itself sees them. */
export interface ServerPlace extends ServerAddress {
  readonly dataDir: string;
  /** Holds the plan's files; unlike the data it survives a restart without data. */
  readonly filesDir: string;
}

/** How a server looks from outside once it runs. */
export interface ServerReach extends ServerAddress {
  /** The process that must answer; undefined where the source does not tell it. */
  readonly pid: number | undefined;
}

/**
 * One server to start, said without regard to where it comes from. Each kind's file makes its own.
 */
export interface LaunchPlan {
  readonly kind: ServerKind;
  /** Text files by name, put into `filesDir` before the first start. */
  readonly files: Readonly<Record<string, string>>;
  /** Program and arguments; the first is the kind's binary. */
  readonly command: (place: ServerPlace) => readonly string[];
  /** Asks once. False, as well as a rejection, means not yet. */
  readonly isReady: (reach: ServerReach) => Promise<boolean>;
}
