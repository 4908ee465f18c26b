/** Text that may stand in a page as it is. Everything else is escaped where it is put in. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What may stand between the tags: nothing is written for what is undefined. */
export type Content = Markup | string | number | undefined | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** HTML or SVG with values put in, each escaped unless it is markup already. Attributes need quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  const text = strings.reduce((out, part, index) => `${out}${written(values[index - 1])}${part}`);
  return new Markup(text);
}

function written(content: Content): string {
  if (content === undefined) return "";
  if (content instanceof Markup) return content.toString();
  if (typeof content === "object") return content.map(written).join("");
  return String(content).replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
