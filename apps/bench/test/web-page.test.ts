import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../src/report/report.ts";
import { openBrowser } from "./browser.ts";
import { WebProcess } from "./web-process.ts";

/** Longest that anything here may take on a machine that does something else as well. */
const WAIT_MS_MAX = 60_000;
const TEST_MS_MAX = 2 * WAIT_MS_MAX;
const NARROW = { width: 390, height: 844 };

/** Two locks of the process, one variant, as fast as it gets. */
const SHORT = { scenarios: ["local"], rounds: "2", seconds: "0.02" };
/** One that nobody waits for. */
const LONG = { scenarios: ["local", "waiters"], rounds: "1000", seconds: "0.1" };

interface Wish {
  readonly scenarios: readonly string[];
  readonly rounds: string;
  readonly seconds: string;
}

let browser: Browser;
let folder: string;
let server: WebProcess;
let page: Page;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-web-"));
  browser = await openBrowser();
  server = await WebProcess.start(folder);
  page = await openPage();
}, TEST_MS_MAX);

/** What one test left going would be in the way of the next. */
afterEach(async () => {
  const stopping = page.getByRole("button", { name: "Stop" });
  if (await stopping.isEnabled()) await stop(page);
});

afterAll(async () => {
  await browser?.close();
  await server?.end();
  await rm(folder, { recursive: true, force: true });
}, TEST_MS_MAX);

/** A tab of its own in a window of its own. */
async function openPage(): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: "reduce" });
  context.setDefaultTimeout(WAIT_MS_MAX);
  const opened = await context.newPage();
  await opened.goto(server.url);
  await startOf(opened).waitFor();
  return opened;
}

function startOf(on: Page): Locator {
  return on.getByRole("button", { name: "Start" });
}

/** Waits until the page says so of the run. */
function phase(on: Page, words: string): Promise<void> {
  return on.locator("#phase", { hasText: words }).waitFor();
}

/** Chooses and starts. */
async function run(on: Page, { scenarios, rounds, seconds }: Wish): Promise<void> {
  await on.getByRole("button", { name: "Nothing" }).click();
  for (const id of ["memory", "async-mutex", ...scenarios]) {
    await on.locator(`input[value="${id}"]`).check();
  }
  await on.getByRole("spinbutton", { name: "Rounds" }).fill(rounds);
  await on.getByRole("spinbutton", { name: "Seconds of a slice" }).fill(seconds);
  await startOf(on).click();
}

/** The file that a link leads to. */
async function downloaded(on: Page, link: string): Promise<string> {
  const download = on.waitForEvent("download");
  await on.getByRole("link", { name: link }).click();
  return (await download).path();
}

async function stop(on: Page): Promise<void> {
  await on.getByRole("button", { name: "Stop" }).click();
  await phase(on, "Stopped");
}

describe("a run on the page", () => {
  test(
    "goes to its end, and its figures stand there, to be kept and compared",
    async () => {
      await run(page, SHORT);
      await phase(page, "Measuring");
      await phase(page, "Finished");
      await page.locator("summary", { hasText: /^local, 1 process/ }).click();
      const table = page.getByRole("table").filter({ hasText: "acquired /s" });
      const headings = table.first().getByRole("rowheader");
      expect(await headings.allTextContents()).toEqual(["memory", "async-mutex"]);
      const whole = await readFile(await downloaded(page, "Download HTML"), "utf8");
      expect(whole).toMatch(/^<!doctype html>[\s\S]*async-mutex[\s\S]*<\/html>\s*$/);
      const file = await downloaded(page, "Download JSON");
      const report = JSON.parse(await readFile(file, "utf8")) as Report;
      expect(report).toMatchObject({ complete: true, notForGating: true });
      expect(report.flags).toEqual([
        ...["--strategies", "memory,async-mutex", "--scenarios", "local"],
        ...["--seconds", "0.02", "--rounds", "2"],
      ]);
      await page.getByLabel("or with a file").setInputFiles(file);
      // With itself there is nothing that differs.
      await page.locator("#comparison", { hasText: /\b0 of \d+ ratios and counts/ }).waitFor();
    },
    TEST_MS_MAX,
  );

  test(
    "is compared with the one before it",
    async () => {
      await run(page, SHORT);
      await phase(page, "Measuring");
      await phase(page, "Finished");
      const older = page.getByLabel("Compare with an earlier run");
      await expect.poll(() => older.getByRole("option").count(), { timeout: WAIT_MS_MAX }).toBe(2);
      await older.selectOption({ index: 1 });
      await page.locator("#comparison", { hasText: /of \d+ ratios and counts/ }).waitFor();
    },
    TEST_MS_MAX,
  );

  test(
    "is seen by a page that comes later, and after a reload, and is stopped from there",
    async () => {
      await run(page, LONG);
      await phase(page, "Measuring: local");
      const other = await openPage();
      await phase(other, "Measuring: local");
      expect(await startOf(other).isDisabled()).toBe(true);
      await page.reload();
      await phase(page, "Measuring: local");
      await stop(other);
      await phase(page, "Stopped");
      expect(await startOf(page).isEnabled()).toBe(true);
      await other.context().close();
      // A round that was not finished is in nobody's figures.
      await page.locator("#shown", { hasText: "not whole" }).waitFor();
    },
    TEST_MS_MAX,
  );
});

test(
  "what a run does to its locks is seen while it goes on: holder, token, time left, waiters",
  async () => {
    await page.getByLabel("watch the locks").check();
    await run(page, { scenarios: ["contended"], rounds: "1000", seconds: "0.3" });
    const row = page.locator("#locks tbody tr", { hasText: /^bench:memory:\d+memory/ });
    const host = hostname();
    await expect
      .poll(() => row.first().allInnerTexts(), { timeout: WAIT_MS_MAX })
      .toEqual([
        expect.stringMatching(/^bench:memory:\d+\tmemory\t.*\d+.*\t\d+\t\d+\.\d s\t6\d\t/),
      ]);
    expect(await row.first().textContent()).toContain(host);
    await page.getByLabel("Figure").selectOption({ label: "switches /s" });
    await page.getByRole("img", { name: /^switches \/s of \d+ rounds, as a chart$/ }).waitFor();
    await page.getByLabel("Figure").selectOption({ label: "Jain" });
    await page.getByRole("img", { name: /^Jain of \d+ rounds/ }).waitFor();
    await stop(page);
    await page.locator("#locks").waitFor({ state: "hidden" });
    await page.getByLabel("watch the locks").uncheck();
  },
  TEST_MS_MAX,
);

describe("without a mouse, and for everybody", () => {
  test(
    "everything is done by keyboard alone",
    async () => {
      const typist = await openPage();
      const press = async (key: string, times = 1): Promise<void> => {
        for (let time = 0; time < times; time += 1) await typist.keyboard.press(key);
      };
      const focus = (): Promise<string> => typist.evaluate("document.activeElement.textContent");
      await press("Tab", 4);
      expect(await focus()).toBe("Nothing");
      await press("Enter");
      await press("Tab");
      await press("Space");
      for (let step = 0; (await focus()) !== "Start" && step < 200; step += 1) await press("Tab");
      await press("Enter");
      await typist
        .getByRole("alert")
        .filter({ hasText: "at least one of the scenarios" })
        .waitFor();
      await typist.locator('input[value="local"]').focus();
      await press("Space");
      for (let step = 0; (await focus()) !== "Start" && step < 200; step += 1) await press("Tab");
      await press("Enter");
      await phase(typist, "Measuring");
      await press("Tab");
      expect(await focus()).toBe("Stop");
      await press("Enter");
      await phase(typist, "Stopped");
      await typist.context().close();
    },
    TEST_MS_MAX,
  );

  test(
    "axe finds nothing in light, in dark, wide and narrow, and nothing is wider than the window",
    async () => {
      const whole = page.getByRole("button", { name: / of memory, async-mutex$/ });
      await whole.first().click();
      await page.locator("summary", { hasText: /^local, 1 process/ }).waitFor();
      for (const fold of await page.locator("summary").all()) await fold.click();
      const windows = [page.viewportSize() ?? NARROW, NARROW];
      for (const viewport of windows) {
        for (const colorScheme of ["light", "dark"] as const) {
          await page.setViewportSize(viewport);
          await page.emulateMedia({ colorScheme });
          await page.evaluate(axe.source);
          const violations = await page.evaluate(async () => {
            const { axe: inPage } = globalThis as unknown as { axe: typeof axe };
            return (await inPage.run()).violations.map(({ id, nodes }) => ({
              id,
              where: nodes.map(({ html }) => html),
            }));
          });
          expect(violations, `${viewport.width} px, ${colorScheme}`).toEqual([]);
          const width = await page.evaluate("document.documentElement.scrollWidth");
          expect(width).toBeLessThanOrEqual(viewport.width);
        }
      }
    },
    TEST_MS_MAX,
  );
});

test(
  "a name that is markup is shown as the text that it is",
  async () => {
    const name = '<img src="x" onerror="alert(1)">';
    const place = { strategy: name, scenario: name, variant: name };
    const spread = { median: 1, min: 1, max: 1, rounds: 1 };
    const result = { ...place, params: {}, metrics: { [name]: spread }, ratios: {}, values: {} };
    const report = {
      machine: { cpu: name },
      versions: { [name]: name },
      ...{ complete: true, notForGating: false, noise: [], cannot: [] },
      results: [result],
      notMeasured: [{ ...place, kind: "failed", why: name }],
    };
    await writeFile(join(folder, "20010203T040506Z-0a0b0c0d.json"), JSON.stringify(report));
    await page.reload();
    await page.getByRole("button", { name: `${name} of ${name}` }).click();
    await page.locator("#shown", { hasText: `${name} of ${name}` }).waitFor();
    await page.locator("#outcome .reason", { hasText: name }).first().waitFor();
    expect(await page.locator("img").count()).toBe(0);
  },
  TEST_MS_MAX,
);

describe("a server that is killed during a run", () => {
  afterEach(async () => {
    await server.end("SIGKILL");
    server = await WebProcess.start(folder);
  });

  test(
    "is missed by its page, which goes on with the next one",
    async () => {
      const own = await openPage();
      await run(own, LONG);
      await phase(own, "Measuring: local");
      await server.end("SIGKILL");
      await own.locator("#connection", { hasText: "The server is gone" }).waitFor();
      expect(await startOf(own).isDisabled()).toBe(true);
      server = await WebProcess.start(folder);
      await own.locator("#connection:empty").waitFor({ state: "attached" });
      await expect.poll(() => startOf(own).isEnabled(), { timeout: WAIT_MS_MAX }).toBe(true);
      await run(own, SHORT);
      await phase(own, "Measuring");
      await phase(own, "Finished");
      await own.context().close();
    },
    TEST_MS_MAX,
  );
});
