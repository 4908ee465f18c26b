/** One block of TypeScript on a page. */
export interface Snippet {
  /** The page, from the root of the repository. */
  readonly page: string;
  /** Where the block begins on it. */
  readonly line: number;
  readonly text: string;
  /** A `ts fragment` is compiled; every other block is run as well. */
  readonly isFragment: boolean;
}

const FENCE = /^```(?<info>[^\n`]*)\n(?<text>[\s\S]*?)^```$/gm;

/** The `ts` blocks of a page, in their order. */
export function snippetsOf(page: string, markdown: string): readonly Snippet[] {
  return [...markdown.matchAll(FENCE)].flatMap(({ index, groups }) => {
    const [language, ...words] = (groups?.["info"] ?? "").trim().split(" ");
    if (language !== "ts") return [];
    const line = markdown.slice(0, index).split("\n").length;
    return { page, line, text: groups?.["text"] ?? "", isFragment: words.includes("fragment") };
  });
}
