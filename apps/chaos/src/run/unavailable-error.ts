/** The servers of a run could not be had. The message says why, and what to do. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
}
