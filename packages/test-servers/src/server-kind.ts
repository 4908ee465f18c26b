/** What is needed to find and install one kind of server; each kind's own file exports one. */
export interface ServerKind {
  readonly name: string;
  /** The program that is started; it is looked for on PATH. */
  readonly binary: string;
  /** Debian packages that bring the program. */
  readonly debianPackages: readonly string[];
  /** Image of the container path. */
  readonly image: string;
}
