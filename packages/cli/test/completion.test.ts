import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMMANDS } from "../src/command-line/command-specs.ts";
import { Holdfast, holdfast } from "./holdfast.ts";

const folder = mkdtempSync(path.join(tmpdir(), "holdfast-completion-"));
afterAll(() => rmSync(folder, { recursive: true }));

const isInstalled = (shell: string): boolean =>
  spawnSync(shell, ["-c", "exit 0"], { stdio: "ignore" }).status === 0;
const hasZsh = isInstalled("zsh");
const hasFish = isInstalled("fish");
const because = (isThere: boolean) => (isThere ? "" : " (skipped: this shell is not installed)");

/** Words of the lines that a shell is asked to complete, and what it should offer. */
const LINES: readonly (readonly [string, string])[] = [
  ["holdfast r", "run renew release"],
  ["holdfast run x --gr", "--grace"],
  ["holdfast inspect x --j", "--json"],
  ["holdfast run x --ttl 5s -- holdfast_zeb", "holdfast_zebra"],
];

const scripts: Record<string, string> = {};
const fileOf = (shell: string): string => path.join(folder, shell);

beforeAll(async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, stdout } = await holdfast(["completion", shell]);
    expect(code).toBe(0);
    scripts[shell] = stdout;
    writeFileSync(fileOf(shell), stdout);
  }
});

describe("completion", () => {
  test.each(LINES)("of bash completes %j", async (line, wanted) => {
    const words = line.split(" ");
    const script = `holdfast_zebra() { :; }
. '${fileOf("bash")}'
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})
COMP_CWORD=${words.length - 1}
_holdfast
echo "\${COMPREPLY[*]}"`;
    const { stdout, stderr } = await new Holdfast("bash", ["-c", script]).finished();
    expect({ stderr, stdout }).toEqual({ stderr: "", stdout: `${wanted}\n` });
  });

  test.runIf(hasFish).each(LINES.slice(0, -1))(
    `of fish completes %j${because(hasFish)}`,
    async (line, wanted) => {
      const script = `source '${fileOf("fish")}'; complete -C '${line}'`;
      const { stdout, stderr } = await new Holdfast("fish", [
        "--no-config",
        "-c",
        script,
      ]).finished();
      expect(stderr).toBe("");
      const offered = stdout.split("\n").flatMap((row) => row.split("\t").slice(0, 1));
      expect(offered.filter((word) => word !== "").sort()).toEqual(wanted.split(" ").sort());
    },
  );

  test.runIf(hasZsh)(
    `of zsh completes commands, flags and the user's command${because(hasZsh)}`,
    async () => {
      const zsh = new Holdfast("script", ["-qec", "zsh -f -i", "/dev/null"], {
        env: { TERM: "dumb" },
      });
      const setUp = `autoload -U compinit; compinit -u -D; source '${fileOf("zsh")}'`;
      const echo = `holdfast() { echo "[$*]" }; holdfast_zebra() { : }`;
      zsh.child.stdin?.write(`${setUp}; ${echo}; echo re''ady\n`);
      await zsh.prints("ready");
      zsh.child.stdin?.write("holdfast ins\tx --js\t\n");
      await zsh.prints("[inspect x --json]");
      zsh.child.stdin?.write("holdfast ru\tx --gr\t5s -- holdfast_zeb\t\n");
      await zsh.prints("[run x --grace 5s -- holdfast_zebra]");
      zsh.child.stdin?.write("exit\n");
      expect((await zsh.finished()).code).toBe(0);
    },
  );

  test.each(["zsh", "fish"])("of %s names every command and flag", (shell) => {
    for (const { name, flags } of COMMANDS) {
      for (const word of [name, ...Object.keys(flags)]) expect(scripts[shell]).toContain(word);
    }
  });

  test("of another shell is refused", async () => {
    expect((await holdfast(["completion", "tcsh"])).code).toBe(64);
  });
});
