/** Exit code of a command line that makes no sense: EX_USAGE of sysexits.h. */
export const USAGE_EXIT_CODE = 64;

/** The command line cannot be obeyed. The message is one line and says what would be accepted. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
