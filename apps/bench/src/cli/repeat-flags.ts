import { readServerUrls } from "./server-url.ts";

/** Flags that say where to write, and what to compare with: a repetition has its own. */
const OUTPUTS: readonly string[] = ["--json", "--html", "--compare"];

/** What was typed, as far as it says what is measured: no file, and no password of a URL. */
export function repeatFlags(typed: readonly string[]): readonly string[] {
  const groups: (readonly [flag: string, ...values: string[]])[] = [];
  for (const word of typed) {
    const [flag = "", ...rest] = word.split("=");
    const last = groups.at(-1);
    if (word.startsWith("--") && rest.length > 0) groups.push([flag, rest.join("=")]);
    else if (word.startsWith("--") || last === undefined) groups.push([word]);
    else groups.splice(-1, 1, [...last, word]);
  }
  return groups
    .filter(([flag]) => flag !== "--" && !OUTPUTS.includes(flag))
    .flatMap(([flag, ...values]) => [flag, ...(flag === "--url" ? shown(values) : values)]);
}

function shown(urls: readonly string[]): readonly string[] {
  return urls.flatMap((url) => readServerUrls(url).map((server) => server.shown));
}
