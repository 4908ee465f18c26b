import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Report } from "../src/report/report.ts";
import { BenchProcess } from "./bench-process.ts";
import { openBrowser } from "./browser.ts";

const RESULT = fileURLToPath(
  new URL("../../../docs/benchmarks/2026-11-21-gate-redis.json", import.meta.url),
);
/** Some of each kind: all of them have axe look at ten thousand cells. */
const STRATEGIES = [
  ...["memory", "async-mutex", "redis-ioredis", "raw-ioredis", "redlock-5", "raw-quorum-5"],
  ...["verrou", "redis-semaphore-tuned", "node-redlock-5-x5"],
];
const STEP_MS_MAX = 120_000;

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

let browser: Browser;
let folder: string;
let file: string;

beforeAll(async () => {
  browser = await openBrowser();
  folder = await mkdtemp(join(tmpdir(), "holdfast-page-"));
  file = join(folder, "page.html");
  const report = JSON.parse(await readFile(RESULT, "utf8")) as Report;
  const some = join(folder, "some.json");
  const results = report.results.filter(({ strategy }) => STRATEGIES.includes(strategy));
  await writeFile(some, JSON.stringify({ ...report, results }));
  const bench = new BenchProcess(["--from", some, "--html", file]);
  expect(await bench.exitCode(), bench.stderr).toBe(0);
}, STEP_MS_MAX);

afterAll(async () => {
  await browser?.close();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** Opens the page, and fails the test for anything it asks of the network or complains about. */
async function opened(width: number, colorScheme: "light" | "dark"): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width, height: 900 },
    colorScheme,
    bypassCSP: true,
  });
  const troubles: string[] = [];
  page.on("request", (request) => {
    if (!/^(?:file|data):/.test(request.url())) troubles.push(request.url());
  });
  page.on("console", (message) => troubles.push(message.text()));
  page.on("pageerror", (error) => troubles.push(String(error)));
  await page.goto(pathToFileURL(file).href);
  expect(troubles).toEqual([]);
  return page;
}

test(
  "the page fits the screen, wide and narrow",
  async () => {
    for (const width of [1280, 390]) {
      const page = await opened(width, "light");
      const overflow = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      expect(overflow).toBe(0);
      await page.close();
    }
  },
  STEP_MS_MAX,
);

test.each([
  [1280, "light"],
  [390, "dark"],
] as const)(
  "axe has nothing against the page, %i pixels wide and %s",
  async (width, colorScheme) => {
    const page = await opened(width, colorScheme);
    // Folded tables are looked at as well.
    await page.locator("details").evaluateAll((all) => {
      for (const one of all) one.setAttribute("open", "");
    });
    await page.evaluate(axe.source);
    const { violations } = (await page.evaluate(
      "axe.run(document, { resultTypes: ['violations'] })",
    )) as { readonly violations: readonly Violation[] };
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    await page.close();
  },
  STEP_MS_MAX,
);

test(
  "everything of the page is reached by keyboard, tables that scroll too",
  async () => {
    const page = await opened(390, "light");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the report");
    await page.keyboard.press("Enter");
    expect(new URL(page.url()).hash).toBe("#main");
    const table = page.getByRole("region", { name: "Strategies in lines" });
    await table.focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => table.evaluate((element) => element.scrollLeft)).toBeGreaterThan(0);
    const summary = page.locator("summary").first();
    await summary.focus();
    await page.keyboard.press("Enter");
    expect(await page.locator("details").first().getAttribute("open")).not.toBeNull();
    await page.close();
  },
  STEP_MS_MAX,
);

test("every target with a figure stands in the page with it, and the command that repeats the run", async () => {
  const page = await readFile(file, "utf8");
  expect(page).toContain('<th scope="row">P8.1</th>');
  expect(page).toMatch(/P8\.1<\/th>.*?<td>1\.591<\/td><td>1\.569–1\.657<\/td>/);
  expect(page).toContain("npm run bench -- --gate --strategies memory,");
});
