/** What is needed to find and install one kind of program. */
export interface ProgramKind {
  readonly name: string;
  /** The program that is started; it is looked for on PATH. */
  readonly binary: string;
  /** Folders outside of PATH where its packages put it, best first. */
  readonly folders?: () => readonly string[];
  /** Debian packages that bring the program. */
  readonly debianPackages: readonly string[];
}
