/**
 * What the lock protects. It keeps the largest token that it has seen and refuses smaller ones; in
 * SQL, with `fence` a BIGINT column:
 *
 *   UPDATE report SET author = $1, fence = $2 WHERE id = 'nightly' AND fence <= $2
 *
 * and no row updated means refused. Compare in integers of 64 bits: doubles lose the last digits.
 */
export class ReportStore {
  author = "nobody";
  #fence = 0n;

  write(author: string, fencingToken: bigint): "accepted" | "refused" {
    if (fencingToken < this.#fence) return "refused";
    this.#fence = fencingToken;
    this.author = author;
    return "accepted";
  }
}
