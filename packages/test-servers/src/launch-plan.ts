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
  /** The whole command line; `program` is the kind's binary, as it is called at that place. */
  readonly command: (place: ServerPlace, program: string) => readonly string[];
  /** Asks once. False, as well as a rejection, means not yet. */
  readonly isReady: (reach: ServerReach) => Promise<boolean>;
  /**
   * Frees what a killed process leaves on this machine outside of its folders. Synchronous, as it
   * also runs while this process exits. Containers take such things with them.
   */
  readonly discard?: (place: ServerPlace) => void;
}
