/** An error reply of the server. Its message begins with the code, as `NOSCRIPT`. */
export class ReplyError extends Error {
  override readonly name: string = "ReplyError";
}

/** Made once: a simulation meets them often, and nobody reads where they were made. */
export const NO_SCRIPT: ReplyError = new ReplyError(
  "NOSCRIPT No matching script. Please use EVAL.",
);
export const WRONG_TYPE: ReplyError = new ReplyError(
  "WRONGTYPE Operation against a key holding the wrong kind of value",
);
export const FENCE_MAX: ReplyError = new ReplyError("FENCEMAX the fence counter is at its largest");
