/** When the servers cannot be had: EX_UNAVAILABLE of sysexits.h. */
export const UNAVAILABLE_EXIT_CODE = 69;

/** The servers of a run could not be had. The message says why, and what to do. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
}
