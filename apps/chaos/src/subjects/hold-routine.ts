/** What runs inside of a library's `using`. */
export interface HeldRoutine<Lease, Result> {
  readonly lease: Lease;
  /** Lets the routine end with this, and settles as the library's call does, after its release. */
  end(result: Result): Promise<Result>;
}

/** Makes an acquire out of a `using`: resolves when the routine begins, rejects when it never does. */
export function holdRoutine<Lease, Result>(
  run: (routine: (lease: Lease) => Promise<Result>) => Promise<Result>,
): Promise<HeldRoutine<Lease, Result>> {
  return new Promise((resolve, reject) => {
    const whole = run(
      (lease) =>
        new Promise((endRoutine) => {
          const end = (result: Result): Promise<Result> => {
            endRoutine(result);
            return whole;
          };
          resolve({ lease, end });
        }),
    );
    whole.catch(reject);
  });
}
