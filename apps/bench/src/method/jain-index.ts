/**
 * How evenly `shares` are spread: 1 when all are equal, 1/n when one has everything. With no shares
 * at all, or none above zero, nobody was preferred and it is 1.
 * Jain, Chiu, Hawe: A Quantitative Measure of Fairness (DEC-TR-301, 1984).
 */
export function jainIndex(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return squares === 0 ? 1 : (sum * sum) / (shares.length * squares);
}
