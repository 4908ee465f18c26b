/** A file of gates that cannot be used. The message says which row and which field of it. */
export class GatesError extends Error {
  override readonly name = "GatesError";
  /** The row's id, or its place in the list, from 1, where it has none. Undefined for the whole file. */
  readonly row: string | undefined;
  readonly field: string | undefined;

  constructor(problem: string, where: { readonly row?: string; readonly field?: string } = {}) {
    const { row, field } = where;
    const place = [row === undefined ? [] : `row ${row}`, field ?? []].flat().join(", ");
    super(place === "" ? `gates: ${problem}` : `gates: ${place}: ${problem}`);
    this.row = row;
    this.field = field;
  }
}
