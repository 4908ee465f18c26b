/** A lock that a library holds for as long as a routine runs. */
export interface HeldRoutine {
  /** Aborts when the library finds the lock lost. */
  readonly signal: AbortSignal;
  /** Lets the routine end, and settles as the library's call does, after its release. */
  end(): Promise<unknown>;
}

/**
 * Makes an acquire out of a library's `using`, where that is the only form in which it renews and tells
 * of a loss. `run` is given the routine and returns what the library's call returns.
 */
export function holdRoutine(
  run: (routine: (signal: AbortSignal) => Promise<void>) => Promise<unknown>,
): Promise<HeldRoutine> {
  return new Promise((resolve, reject) => {
    const whole = run(
      (signal) =>
        new Promise((endRoutine) => {
          const end = (): Promise<unknown> => {
            endRoutine();
            return whole;
          };
          resolve({ signal, end });
        }),
    );
    whole.catch(reject);
  });
}
