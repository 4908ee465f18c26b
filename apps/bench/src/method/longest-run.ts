/** The most turns in a row that went to the same one; 0 without turns. */
export function longestRun(turns: readonly unknown[]): number {
  let longest = 0;
  let current = 0;
  for (let index = 0; index < turns.length; index += 1) {
    current = index > 0 && turns[index] === turns[index - 1] ? current + 1 : 1;
    longest = Math.max(longest, current);
  }
  return longest;
}
