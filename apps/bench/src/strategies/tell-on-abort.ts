/** Calls `tell` once when the signal aborts, at once where it already has. */
export function tellOnAbort(signal: AbortSignal, tell: () => void): void {
  if (signal.aborted) tell();
  else signal.addEventListener("abort", tell, { once: true });
}
