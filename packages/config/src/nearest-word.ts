/** Share of a word that may be wrong for it still to be taken as a slip of the finger. */
const MISTAKE_SHARE_MAX = 0.5;
/** The distance takes the product of both lengths. */
const WORD_LENGTH_MAX = 64;

/** The word of `known` that `word` was most likely meant to be, or undefined if none is close. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  if (word.length > WORD_LENGTH_MAX) return undefined;
  let best: string | undefined;
  let bestShare = MISTAKE_SHARE_MAX;
  for (const candidate of known) {
    const length = Math.max(word.length, candidate.length);
    const share = editDistance(word.toLowerCase(), candidate.toLowerCase()) / length;
    if (share > bestShare || (share === bestShare && best !== undefined)) continue;
    best = candidate;
    bestShare = share;
  }
  return best;
}

/** How many letters to insert, delete, replace or swap with their neighbour (Damerau and Levenshtein). */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= b.length; column += 1) {
      const isSame = a[row - 1] === b[column - 1];
      const replaced = at(row - 1, column - 1) + (isSame ? 0 : 1);
      const isSwapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swapped = isSwapped ? at(row - 2, column - 2) + 1 : replaced;
      current.push(Math.min(replaced, swapped, at(row - 1, column) + 1, at(row, column - 1) + 1));
    }
  }
  return at(a.length, b.length);
}
