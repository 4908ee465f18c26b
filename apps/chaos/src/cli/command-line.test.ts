import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "@holdfast/command-line";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseCommandLine, type Selection } from "./command-line.ts";

const THIS_FILE = fileURLToPath(import.meta.url);

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "holdfast-chaos-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

function parseRun(...args: readonly string[]): Selection {
  const commandLine = parseCommandLine(args);
  if (commandLine.command !== "run") throw new Error(`parsed as ${commandLine.command}`);
  return commandLine.selection;
}

describe("accepted command lines", () => {
  test("without flags Holdfast runs on one Redis for a minute, under every fault", () => {
    const { ground, ...rest } = parseRun();
    expect(ground.backend).toBe("redis");
    expect(rest).toEqual({
      subject: "holdfast",
      minutes: 1,
      seed: undefined,
      processCount: 4,
      faults: undefined,
      jsonFile: undefined,
      htmlFile: undefined,
      historyFolder: undefined,
      isForLedger: false,
    });
  });

  test("every flag is read, with the -- of npm in front too", () => {
    const json = path.join(folder, "a.json");
    const history = path.join(folder, "new");
    const selection = parseRun(
      ...["--", "--backend", "etcd", "--minutes", "0.5", "--seed=0", "--processes", "2"],
      ...["--faults", "server-paused, worker-killed", "--json", json, "--history", history],
    );
    expect(selection).toMatchObject({ minutes: 0.5, seed: 0, processCount: 2, jsonFile: json });
    expect(selection.ground.backend).toBe("etcd");
    expect(selection.historyFolder).toBe(history);
    // In the order of the list, whatever was typed first.
    expect(selection.faults?.map(({ id }) => id)).toEqual(["worker-killed", "server-paused"]);
  });

  test("a peer may be the file of a module", () => {
    expect(parseRun("--peer", THIS_FILE).subject).toBe(THIS_FILE);
  });

  test("--help and --list run nothing", () => {
    expect(parseCommandLine(["--help"])).toEqual({ command: "help" });
    expect(parseCommandLine(["-h"])).toEqual({ command: "help" });
    expect(parseCommandLine(["--list"])).toEqual({ command: "list" });
  });
});

describe("refused command lines name the remedy", () => {
  test.each([
    [["--backend", "mysql"], /--backend takes one of redis, redlock, postgres, etcd/],
    [["--minutes", "0"], /--minutes takes a number from 0.05 to 10000, not "0"/],
    [["--minutes", "soon"], /--minutes takes a number/],
    [["--seed", "1.5"], /--seed takes a whole number/],
    [["--seed", "-1"], /--seed takes a whole number from 0 .*, not "-1"/],
    [["--processes", "0"], /--processes takes a whole number from 1/],
    [["--peer", "nobody"], /--peer does not know "nobody" on redis; it takes holdfast/],
    [["--peer", "./no/such/file.mjs"], /--peer names a file that does not exist/],
    [["--faults", "rain"], /--faults does not know "rain"; it takes worker-killed/],
    [["--json", "/no/such/folder/a.json"], /--json cannot write .* its folder does not exist/],
    [["--html", tmpdir()], /--html takes a file, and .* is a folder/],
    [["--ledger", "--faults", "worker-killed"], /leave --faults out/],
    [["--ledger", "--peer", THIS_FILE], /--ledger is for libraries of --list/],
    [["redis"], /unexpected argument "redis"; flags are --backend/],
    [["--minute", "1"], /unknown flag --minute; did you mean --minutes\? Flags are --backend/],
  ] as const)("%j", (args, message) => {
    const parse = (): unknown => parseCommandLine(args);
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(message);
  });

  test("a history folder that holds something", () => {
    writeFileSync(path.join(folder, "something"), "");
    expect(() => parseCommandLine(["--history", folder])).toThrow(/new or empty/);
  });
});
