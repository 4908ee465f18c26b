/** A picture of some of a run's figures. */
export interface Chart {
  /** Tells it from the others of a page; fit for an `id`. */
  readonly id: string;
  readonly title: string;
  /** A sentence or two: what the marks are, and which way is better. */
  readonly about: string;
  /** An `<svg>` as text. */
  readonly svg: string;
}
