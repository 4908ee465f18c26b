type Child = Node | string | null;

/** Attributes by name; true sets an empty one, false and null leave it out. */
type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** Makes an element. Text goes in as text, whatever it contains. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null) continue;
    made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** A table with a heading for each column; the first cell of a row is the heading of the row. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly Child[])[],
): HTMLElement {
  const headRow = element("tr", {}, ...head.map((title) => element("th", { scope: "col" }, title)));
  const bodyRows = rows.map(([first = "", ...cells]) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, first),
      ...cells.map((cell) => element("td", {}, cell)),
    ),
  );
  // A region that scrolls has to be reachable by keyboard.
  return element(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    element(
      "table",
      {},
      element("caption", {}, caption),
      element("thead", {}, headRow),
      element("tbody", {}, ...bodyRows),
    ),
  );
}
