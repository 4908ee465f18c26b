import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostClock } from "../src/host-clock.ts";
import { MalformedHistoryError } from "../src/malformed-history-error.ts";
import { readHistory } from "../src/read-history.ts";
import { type Entry, FileRecorder, MemoryRecorder } from "../src/recorder.ts";

const ENTRY: Entry = {
  process: "p",
  client: "c",
  hold: "h",
  name: "lock \u2028 \u0000",
  operation: "acquire",
  phase: "invoke",
};
const BUILT = new URL("../dist/index.js", import.meta.url);

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "holdfast-history-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A process that records `count` events, says so, and waits to be killed. */
function recordInChild(file: string, count: number, env: Readonly<Record<string, string>>) {
  const program = `
    import { FileRecorder, hostClock } from ${JSON.stringify(BUILT.href)};
    const recorder = new FileRecorder(${JSON.stringify(file)}, hostClock().nowNs);
    const entry = ${JSON.stringify(ENTRY)};
    for (let hold = 0; hold < ${count}; hold += 1) {
      recorder.record({ ...entry, process: String(process.pid), hold: String(hold) });
    }
    console.log("recorded");
    setInterval(() => undefined, 1_000);
  `;
  return spawn(process.execPath, ["--input-type=module", "--eval", program], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

describe("a recorder", () => {
  test("stamps what it is told, in memory and in a file", async () => {
    let nowNs = 40;
    const clock = (): number => (nowNs += 1);
    const memory = new MemoryRecorder(clock);
    memory.record(ENTRY);
    memory.record({ ...ENTRY, phase: "ok", token: "7", validUntilNs: 99 });
    expect(memory.events.map(({ atNs }) => atNs)).toEqual([41, 42]);
    const file = path.join(folder, "one.jsonl");
    nowNs = 40;
    {
      using recorder = new FileRecorder(file, clock);
      for (const { atNs: _, ...entry } of memory.events) recorder.record(entry);
    }
    expect(await readHistory([file])).toEqual(memory.events);
  });

  test("keeps everything of a process that is killed, on the clock of all", async () => {
    const clock = hostClock();
    const files = ["a", "b"].map((name) => path.join(folder, `${name}.jsonl`));
    const children = files.map((file) => recordInChild(file, 200, clock.env));
    for (const child of children) await once(child.stdout, "data");
    const endNs = clock.nowNs();
    for (const child of children) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    const events = await readHistory(files);
    expect(events).toHaveLength(400);
    const times = events.map(({ atNs }) => atNs);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(times[0]).toBeGreaterThan(0);
    expect(times.at(-1)).toBeLessThan(endNs);
    for (const child of children) {
      const own = events.filter(({ process }) => process === String(child.pid));
      expect(own.map(({ hold }) => Number(hold))).toEqual(Array.from({ length: 200 }, (_, i) => i));
    }
  });
});

describe("a file", () => {
  const good = JSON.stringify({ atNs: 1, ...ENTRY });

  test("may have empty lines", async () => {
    const file = path.join(folder, "empty.jsonl");
    await writeFile(file, `\n${good}\n\n`);
    expect(await readHistory([file])).toHaveLength(1);
  });

  test.each([
    ["not JSON", good.slice(0, -1), "not JSON"],
    ["no object", "[]", "not a JSON object"],
    ["without a time", good.replace('"atNs":1,', ""), "atNs is missing"],
    ["with half a nanosecond", good.replace(":1,", ":1.5,"), "atNs is 1.5 and should be a whole"],
    [
      "of no operation",
      good.replace("acquire", "steal"),
      'operation is "steal" and should be one of',
    ],
    ["of no phase", good.replace("invoke", "maybe"), 'phase is "maybe" and should be one of'],
    ["with a field of its own", good.replace("}", ',"ttl":1}'), 'no event has a field "ttl"'],
    ["with a token that is a number", good.replace("}", ',"token":7}'), "token is 7 and should be"],
    ["with a ttl of nothing", good.replace("}", ',"ttlMs":0}'), "ttlMs is 0 and should be"],
  ])("with a line that is %s is refused, with its place", async (_what, line, message) => {
    const file = path.join(folder, "bad.jsonl");
    await writeFile(file, `${good}\n${line}\n`);
    const error: unknown = await readHistory([file]).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MalformedHistoryError);
    expect(error).toMatchObject({ file, line: 2, what: expect.stringContaining(message) });
    expect((error as Error).message).toContain("bad.jsonl:2: ");
  });

  test("that is not there is an error of the file system", async () => {
    const missing = readHistory([path.join(folder, "missing.jsonl")]);
    await expect(missing).rejects.toMatchObject({ code: "ENOENT" });
  });
});
