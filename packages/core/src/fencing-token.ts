/** Local holders that one server token can tell apart: the index takes six bits. */
const LOCAL_INDEXES = 64n;

/** The largest local index, and so the most hand-offs in a row inside a process. */
export const LOCAL_INDEX_MAX = 63;

/**
 * The token a user sees: `fenceBase + serverToken × 64 + localIndex`.
 *
 * A lease handed on inside the process asks the backend nothing, and its new holder still needs a
 * larger token than the last. The backend mints the high part, the process counts the low one.
 */
export function composeToken(serverToken: bigint, localIndex: number, fenceBase: bigint): bigint {
  return fenceBase + serverToken * LOCAL_INDEXES + BigInt(localIndex);
}
