/** A column's title on one line. */
export function flatTitle(title: string): string {
  return title.replace("-\n", "").replace("\n", " ");
}
