/**
 * How often the lock really changed hands: the turns that went to somebody else than the turn before.
 * A lock whose releaser takes it straight back looks fast and serves nobody; this number tells.
 */
export function trueSwitches(turns: readonly unknown[]): number {
  let count = 0;
  for (let index = 1; index < turns.length; index += 1) {
    if (turns[index] !== turns[index - 1]) count += 1;
  }
  return count;
}
