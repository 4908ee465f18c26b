import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEtcd, startPostgres, startRedis } from "../packages/test-servers/dist/index.js";
import { rootFolder } from "../scripts/workspace.mjs";
import { type Snippet, snippetsOf } from "./snippets/snippet.ts";
import {
  SnippetProject,
  serversOf,
  type UrlVariable,
  withServerUrls,
} from "./snippets/snippet-project.ts";
import { trackedFiles } from "./tidy/tracked-files.ts";

const PAGE = /^(?:[A-Z]+|docs\/.+|(?:packages|apps|examples)\/[^/]+\/README)\.md$/;

const snippets = trackedFiles()
  .filter((file) => PAGE.test(file.path))
  .flatMap((file) => snippetsOf(file.path, file.text))
  .map(withServerUrls);
const pages = [...new Set(snippets.map(({ page }) => page))];
const project = new SnippetProject();
const starts = {
  REDIS_URL: () => startRedis(),
  POSTGRES_URL: () => startPostgres(),
  ETCD_URL: () => startEtcd(),
};
const servers = new Map<UrlVariable, { readonly url: string; stop(): Promise<void> }>();

beforeAll(() => project.compile(snippets.filter(({ kind }) => kind !== "copy")));

afterAll(async () => {
  project.remove();
  await Promise.all([...servers.values()].map((server) => server.stop()));
});

async function check(snippet: Snippet): Promise<void> {
  if (snippet.kind === "copy") {
    const file = path.join(rootFolder, snippet.source ?? "");
    expect(snippet.text).toBe(readFileSync(file, "utf8"));
    return;
  }
  expect(project.errorsOf(snippet)).toEqual([]);
  if (snippet.kind === "fragment") return;
  for (const name of serversOf(snippet)) {
    if (!servers.has(name)) servers.set(name, await starts[name]());
  }
  const urls = [...servers].map(([name, { url }]) => [name, url]);
  await project.run(snippet, Object.fromEntries(urls));
}

describe.each(pages)("%s", (page) => {
  const ofPage = snippets.filter((snippet) => snippet.page === page);
  test.each(ofPage)("the example at line $line does what the page says", check);
});

test("a page with an example that does not compile or does not run is noticed", async () => {
  const broken = new SnippetProject();
  try {
    const markdown = [
      "```ts\nconst count: number = 'one';\n```",
      "```ts\nthrow new Error('on purpose');\n```",
      "```ts fragment\nthrow new Error('only compiled');\n```",
      "```js\nnot looked at\n```",
    ];
    const [illTyped, failing, fragment, ...others] = snippetsOf("page.md", markdown.join("\n"));
    if (!illTyped || !failing || !fragment) throw new Error("three examples were expected");
    expect(others).toEqual([]);
    await broken.compile([illTyped, failing, fragment]);
    expect(broken.errorsOf(illTyped)).toHaveLength(1);
    expect([...broken.errorsOf(failing), ...broken.errorsOf(fragment)]).toEqual([]);
    await expect(broken.run(failing, {})).rejects.toThrow("on purpose");
    expect([failing.kind, fragment.kind]).toEqual(["run", "fragment"]);
  } finally {
    broken.remove();
  }
});
