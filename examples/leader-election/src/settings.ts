/** What the leader writes. It keeps the largest fencing token that it has seen and refuses smaller ones. */
export class Settings {
  #fence = 0n;

  write(fencingToken: bigint): "accepted" | "refused" {
    if (fencingToken < this.#fence) return "refused";
    this.#fence = fencingToken;
    return "accepted";
  }
}
