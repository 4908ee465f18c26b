/** Shorter values are in too many words to be taken out of a sentence. */
const LENGTH_MIN = 4;

/**
 * What may not be said: the values of variables, and passwords out of URLs. A last sieve for sentences of
 * others, as an adapter's; our own never quote them.
 */
export class Secrets {
  readonly #values = new Map<string, string>();

  /** `standIn` is said instead. */
  add(value: string, standIn: string): void {
    if (value.length >= LENGTH_MIN) this.#values.set(value, standIn);
  }

  /** Takes every secret out of a sentence, the longest first: one may be part of another. */
  hide(sentence: string): string {
    const longestFirst = [...this.#values].sort(([one], [other]) => other.length - one.length);
    return longestFirst.reduce(
      (text, [value, standIn]) => text.replaceAll(value, standIn),
      sentence,
    );
  }
}
