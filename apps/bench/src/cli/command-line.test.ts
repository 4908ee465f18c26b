import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "@holdfast/command-line";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scenarios } from "../scenarios.ts";
import { strategies } from "../strategies.ts";
import { parseCommandLine } from "./command-line.ts";
import type { RunRequest } from "./run-request.ts";

const MANIFEST = fileURLToPath(new URL("../../package.json", import.meta.url));

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

function parseRun(...args: readonly string[]): RunRequest {
  const commandLine = parseCommandLine(args);
  if (commandLine.command !== "run") throw new Error(`parsed as ${commandLine.command}`);
  return commandLine.request;
}

function idsOf(items: readonly { readonly id: string }[]): readonly string[] {
  return items.map(({ id }) => id);
}

describe("accepted command lines", () => {
  test("without flags everything but the peers is measured at each scenario's own length", () => {
    expect(parseRun()).toEqual({
      strategies: strategies.filter(({ isPeer }) => isPeer !== true),
      scenarios,
      seconds: undefined,
      rounds: undefined,
      gate: false,
      urls: [],
      quick: false,
      json: undefined,
      html: undefined,
      flags: [],
      compareWith: undefined,
    });
  });

  test("lists pick what is named, in the order of the report", () => {
    const request = parseRun("--strategies", "raw-ioredis,memory", "--scenarios=waiters");
    expect(idsOf(request.strategies)).toEqual(["memory", "raw-ioredis"]);
    expect(idsOf(request.scenarios)).toEqual(["waiters"]);
  });

  test("a list may be given in several flags, with spaces and twice the same", () => {
    const request = parseRun("--strategies", "memory, memory", "--strategies", "async-lock");
    expect(idsOf(request.strategies)).toEqual(["memory", "async-lock"]);
  });

  test("peers take part where they are named, or with --peers on the same backends", () => {
    expect(parseRun("--peers").strategies).toEqual(strategies);
    expect(idsOf(parseRun("--strategies", "memory,async-lock").strategies)).toEqual([
      "memory",
      "async-lock",
    ]);
    const withPeers = parseRun("--strategies", "memory", "--peers").strategies;
    expect(idsOf(withPeers)).toContain("memory");
    expect(withPeers.slice(1)).toEqual(
      strategies.filter(({ isPeer, backend }) => isPeer === true && backend === "process"),
    );
  });

  test("--quick asks a few scenarios in three rounds, unless others are wished for", () => {
    const quick = parseRun("--quick");
    expect(quick).toMatchObject({ quick: true, rounds: 3, seconds: 0.2 });
    expect(idsOf(quick.scenarios)).toEqual(["uncontended", "contended", "handoff"]);
    expect(quick.scenarios.map(({ variants }) => variants.length)).toEqual([1, 1, 1]);
    const wished = parseRun("--quick", "--scenarios", "package", "--rounds", "2");
    expect(idsOf(wished.scenarios)).toEqual(["package"]);
    expect(wished.rounds).toBe(2);
    const whole = parseRun("--quick", "--scenarios", "handoff").scenarios;
    expect(whole).toEqual(scenarios.filter(({ id }) => id === "handoff"));
  });

  test("--quick compares one strategy of each kind, unless others are wished for", () => {
    const own = ["memory", "redis-ioredis", "raw-ioredis", "redlock", "raw-quorum"];
    const others = ["postgres", "raw-pg", "etcd", "raw-etcd3"];
    expect(idsOf(parseRun("--quick").strategies)).toEqual([...own, ...others]);
    const packageOf = (id: string): string => id.replace(/-tuned$/, "");
    const peers = parseRun("--quick", "--peers").strategies.filter(({ isPeer }) => isPeer === true);
    const known = strategies.filter(
      ({ id, isPeer }) => isPeer === true && !/-x5|-tuned|redlock-4/.test(id),
    );
    expect(idsOf(peers).map(packageOf).toSorted()).toEqual(idsOf(known).toSorted());
    expect(idsOf(parseRun("--quick", "--strategies", "redlock-5").strategies)).toEqual([
      "redlock-5",
    ]);
  });

  test("numbers are read as numbers", () => {
    expect(parseRun("--seconds", "0.5", "--rounds", "3")).toMatchObject({
      seconds: 0.5,
      rounds: 3,
    });
  });

  test("a gate may be judged on more than it needs, not on less", () => {
    expect(parseRun("--gate", "--rounds", "5", "--seconds", "5")).toMatchObject({
      rounds: 5,
      seconds: 5,
    });
  });

  test("the file is made absolute, and - is the standard output", () => {
    expect(parseRun("--json", join(tmpdir(), "x.json")).json).toBe(join(tmpdir(), "x.json"));
    expect(parseRun("--json", "42").json).toBe(join(process.cwd(), "42"));
    expect(parseRun("--json", "-", "--gate")).toMatchObject({ json: "-", gate: true });
  });

  test("one result is compared with the run, two with each other without one", () => {
    const empty = { machine: {}, versions: {}, complete: true, notForGating: false, results: [] };
    const file = join(folder, "old.json");
    writeFileSync(file, JSON.stringify(empty));
    expect(parseRun("--compare", file, "--gate")).toMatchObject({ compareWith: empty, gate: true });
    expect(parseCommandLine(["--compare", `${file},${file}`])).toEqual({
      command: "compare",
      before: empty,
      after: empty,
    });
    expect(() => parseCommandLine(["--compare", `${file},${file}`, "--gate"])).toThrow(
      /--compare with two files runs nothing: leave out --gate, or name one file/,
    );
    expect(() => parseCommandLine(["--compare", `${file},${file},${file}`])).toThrow(
      /--compare takes an older result, or an older and a newer/,
    );
  });

  test("the page of a result is made without a run, and that of a run beside its results", () => {
    const empty = { machine: {}, versions: {}, complete: true, notForGating: false, results: [] };
    const file = join(folder, "from.json");
    const html = join(folder, "page.html");
    writeFileSync(file, JSON.stringify(empty));
    expect(parseCommandLine(["--from", file, "--html", html])).toEqual({
      command: "page",
      report: empty,
      html,
    });
    expect(parseRun("--html", html, "--json", "-", "--peers")).toMatchObject({
      html,
      json: "-",
      flags: ["--peers"],
    });
    expect(() => parseCommandLine(["--from", file])).toThrow(/runs nothing: say --html FILE/);
    expect(() => parseCommandLine(["--from", file, "--html", html, "--quick"])).toThrow(
      /runs nothing: leave out --quick/,
    );
    expect(() => parseCommandLine(["--from", `${file},${file}`, "--html", html])).toThrow(
      /--from takes one result/,
    );
  });

  test("help goes before list, and both before running", () => {
    expect(parseCommandLine(["--list", "--help"])).toEqual({ command: "help" });
    expect(parseCommandLine(["-h"])).toEqual({ command: "help" });
    expect(parseCommandLine(["--list", "--rounds", "2"])).toEqual({ command: "list" });
  });

  test("the separator that some package managers pass on is not an argument", () => {
    expect(parseCommandLine(["--", "--list"])).toEqual({ command: "list" });
  });
});

describe("refused command lines", () => {
  test.each([
    [["--strategis", "memory"], /unknown flag --strategis; did you mean --strategies\? Flags are /],
    [["--zzz"], /unknown flag --zzz; flags are --strategies, --peers, --scenarios/],
    [["-q"], /unknown flag -q/],
    [["memory"], /unexpected argument "memory"; flags are /],
    [
      ["--strategies", "redis-iordis"],
      /does not know "redis-iordis"; did you mean redis-ioredis\?/,
    ],
    [["--strategies", "zookeeper-cluster"], /"zookeeper-cluster"; it takes memory, async-mutex/],
    [["--strategies"], /--strategies takes one or more of memory/],
    [["--strategies", ","], /--strategies takes one or more of memory/],
    [["--scenarios", "contented"], /did you mean contended\? It takes uncontended, contended/],
    [["--seconds", "0"], /--seconds takes a number from 0\.01 to 600, not "0"/],
    [["--seconds", "soon"], /not "soon"/],
    [["--seconds", "-1"], /--seconds takes a number from 0\.01 to 600, not "-1"/],
    [["--seconds="], /--seconds is followed by nothing; it takes <n>/],
    [["--strategies", ""], /--strategies is followed by nothing; it takes <ids>/],
    [["--gate", "--rounds", "4"], /--gate needs --rounds 5 or more to conclude anything, not 4/],
    [
      ["--gate", "--seconds", "4.9"],
      /--gate needs --seconds 5 or more, as long as a slice of holding/,
    ],
    [
      ["--gate", "--scenarios", "local", "--seconds", "0.1"],
      /--gate needs --seconds 0\.5 or more, as long as a slice of local, not 0\.1/,
    ],
    [["--seconds"], /--seconds takes a number/],
    [["--rounds", "1.5"], /--rounds takes a whole number from 1 to 1000, not "1\.5"/],
    [["--rounds=-1"], /--rounds takes a whole number/],
    [["--rounds", "2", "--rounds", "3"], /not "2,3"/],
    [["--quick", "--gate"], /--gate needs every round, and --quick is not for gating/],
    [["--html", "-"], /--html takes the path of one file to write/],
    [
      ["--html", "x.html", "--from", join(tmpdir(), "no-such.json")],
      /--from: .*no-such\.json: ENOENT/,
    ],
    [["--compare"], /--compare takes an older result, or an older and a newer/],
    [["--compare", join(tmpdir(), "no-such.json")], /--compare: .*no-such\.json: ENOENT/],
    [
      ["--compare", MANIFEST],
      /package\.json is no result of this benchmark: machine is no object; --json writes one/,
    ],
    [
      ["--url", "redis://u:pw@one", "--destructive"],
      /--destructive kills and stops servers, .*leave out --url/,
    ],
    [["--url", "mongo://one"], /--url takes redis:\/\/host:port/],
    [["--json"], /--json takes the path of one file/],
    [["--json", join(tmpdir(), "no", "such", "folder.json")], /its folder does not exist/],
    [["--json", tmpdir()], /is a folder/],
  ])("%j is refused with what would be accepted", (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(UsageError);
    expect(() => parseCommandLine(args)).toThrow(message);
    expect(() => parseCommandLine(args)).toThrow(/^[^\n]+$/);
  });
});
