/** One block of TypeScript on a page. */
export interface Snippet {
  /** The page, from the root of the repository. */
  readonly page: string;
  /** Where the block begins on it. */
  readonly line: number;
  readonly text: string;
  /** A `ts fragment` is compiled, a `ts from FILE` is that file; every other block is run. */
  readonly kind: "run" | "fragment" | "copy";
  /** The file that a copy is of, from the root of the repository. */
  readonly source: string | undefined;
}

const FENCE = /^```(?<info>[^\n`]*)\n(?<text>[\s\S]*?)^```$/gm;

const KINDS: Readonly<Record<string, Snippet["kind"]>> = { fragment: "fragment", from: "copy" };

/** The `ts` blocks of a page, in their order. */
export function snippetsOf(page: string, markdown: string): readonly Snippet[] {
  return [...markdown.matchAll(FENCE)].flatMap(({ index, groups }) => {
    const [language, word, source] = (groups?.["info"] ?? "").trim().split(" ");
    if (language !== "ts") return [];
    const line = markdown.slice(0, index).split("\n").length;
    const kind = KINDS[word ?? ""] ?? "run";
    return { page, line, text: groups?.["text"] ?? "", kind, source };
  });
}
