/** One flag of a command. */
export interface FlagSpec {
  /** What follows it, as `30s`; absent for a flag that stands alone. */
  readonly value?: string;
  readonly about: string;
}

/** A command, from which its help, its completion and the reading of its arguments are made. */
export interface CommandSpec {
  readonly name: string;
  /** What follows the name, as in `NAME [flags] -- command args…`. */
  readonly usage: string;
  readonly about: string;
  /** How many words it takes beside its flags. */
  readonly wordCount: number;
  /** Whether a command of the user's follows `--`. */
  readonly takesCommand?: boolean;
  readonly flags: Readonly<Record<string, FlagSpec>>;
  /** More than the flags say: exit codes, caveats. */
  readonly notes?: string;
  readonly examples: readonly string[];
}
