/** A list of numbers as `JSON.stringify` indents it. No string of JSON has such a line break in it. */
const NUMBER_LIST = /\[\n\s*((?:(?:-?[\d.e+-]+|null),?\s+)+)\]/g;

/** The report as text: indented, with the values of all rounds on one line. */
export function reportJson(report: object): string {
  const text = JSON.stringify(report, undefined, 2);
  const dense = text.replaceAll(
    NUMBER_LIST,
    (_list, items: string) => `[${items.trim().replaceAll(/\s+/g, " ")}]`,
  );
  return `${dense}\n`;
}
