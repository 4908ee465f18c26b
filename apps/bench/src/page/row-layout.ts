/** Where the parts of a chart's rows are, in units of its view box. */
export interface RowLayout {
  readonly width: number;
  /** From where to where the axis goes. */
  readonly axis: readonly [from: number, to: number];
  /** Baselines of label and value, and the top of the marks, below the top of the row. */
  readonly textY: number;
  readonly markY: number;
  readonly rowHeight: number;
}

/** How high the marks of a row may be. */
export const ROW_MARK_HEIGHT = 14;
/** Free at both sides. */
export const ROW_MARGIN = 8;

/**
 * Words above the marks. Units are pixels on a narrow screen: such a chart is as wide as that, and only
 * grows from there, so its words stay readable everywhere.
 */
export const NARROW_LAYOUT: RowLayout = {
  width: 340,
  axis: [ROW_MARGIN, 340 - ROW_MARGIN],
  textY: 11,
  markY: 15,
  rowHeight: 38,
};

/** Words beside the marks, for a page that is never narrow. */
export const WIDE_LAYOUT: RowLayout = {
  width: 720,
  axis: [180, 560],
  textY: 11.5,
  markY: 0.5,
  rowHeight: 21,
};
