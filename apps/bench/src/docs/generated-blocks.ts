/** Blocks of a page that a program writes: the name of each to its text. */
export type Blocks = Readonly<Record<string, string>>;

const CLOSING = "<!-- /bench -->";
const BLOCK = /<!-- bench:(?<name>\w+) -->\n.*?<!-- \/bench -->/gs;

/** The page with its blocks written anew. Throws a `RangeError` for one that nobody writes. */
export function withBlocks(page: string, blocks: Blocks): string {
  return page.replaceAll(BLOCK, (_block, name: string) => {
    const text = blocks[name];
    if (text === undefined) throw new RangeError(`there is no block ${name}`);
    return `<!-- bench:${name} -->\n\n${text}\n\n${CLOSING}`;
  });
}

/** The page without what is written by a program. */
export function withoutBlocks(page: string): string {
  return page.replaceAll(BLOCK, "");
}
