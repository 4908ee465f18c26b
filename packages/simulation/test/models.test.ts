import { type ExecFileException, execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { BROKEN_CASES } from "../src/models/broken-cases.ts";
import { INVARIANTS } from "../src/models/invariants.ts";
import { BROKEN_QUEUE_CASES, SOUND_QUEUE_CASES } from "../src/models/queue/queue-cases.ts";
import { QUEUE_INVARIANTS } from "../src/models/queue/queue-model.ts";
import { SOUND_CASES } from "../src/models/sound-cases.ts";

const SOUND_ONES = [...SOUND_CASES, ...SOUND_QUEUE_CASES];
const BROKEN_ONES = [...BROKEN_CASES, ...BROKEN_QUEUE_CASES];
const ALL_INVARIANTS = [...Object.values(INVARIANTS), ...Object.values(QUEUE_INVARIANTS)];

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));
/** Half a minute on an idle core. */
const TIMEOUT_MS = 300_000;
const page = readFileSync(new URL("../../../docs/models.md", import.meta.url), "utf8");

/** The command as users run it, built: the test runner's own modules are several times slower. */
function models(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const done = (error: ExecFileException | null, stdout: string, stderr: string): void =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    execFile(process.execPath, [MAIN, "models", ...words], done);
  });
}

/** The rows of a Markdown table without its head, in cells. */
function rowsOf(table: string): string[][] {
  const [, , ...rows] = table.split("\n");
  return rows.map((row) =>
    row
      .split("|")
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
}

test(
  "the quorum and the queue violate nothing in any state, each broken rule does, and docs/models.md says so",
  async () => {
    const { code, stdout } = await models();
    const [sound = "", broken = ""] = stdout.trimEnd().split("\n\n");
    expect(code).toBe(0);

    const soundRows = rowsOf(sound);
    expect(soundRows.map(([id]) => id)).toEqual(SOUND_ONES.map(({ id }) => `\`${id}\``));
    for (const row of soundRows) expect(row.at(-1)).toBe("no violation");
    const stateCounts = soundRows.map((row) => Number(row[2]?.replaceAll(",", "")));
    expect(Math.max(...stateCounts)).toBeGreaterThanOrEqual(1_000_000);

    const brokenRows = rowsOf(broken);
    expect(brokenRows.map(([id]) => id)).toEqual(BROKEN_ONES.map(({ id }) => `\`${id}\``));
    for (const row of brokenRows) expect(ALL_INVARIANTS).toContain(row[3]);

    expect(page).toContain(sound);
    expect(page).toContain(broken);
  },
  TIMEOUT_MS,
);

describe("one case", () => {
  test.each(["no-write-back", "guard-below-clocks"])(
    "is told step by step, as docs/models.md tells %s",
    async (id) => {
      const { code, stdout } = await models(id);
      expect(code).toBe(0);
      const [, , ...steps] = stdout.trimEnd().split("\n");
      expect(steps.length).toBeGreaterThan(5);
      expect(page).toContain(`${steps.join("\n")}\n`);
    },
    TIMEOUT_MS,
  );

  test.each([["no-such-case"], ["--depe"]])("is refused when there is none: %s", async (word) => {
    const { code, stderr } = await models(word);
    expect(code).toBe(64);
    expect(stderr).toContain(word.replace("--", ""));
  });

  test("is listed by the help", async () => {
    const { code, stdout } = await models("--help");
    expect(code).toBe(0);
    for (const { id } of [...SOUND_ONES, ...BROKEN_ONES]) expect(stdout).toContain(id);
  });
});
