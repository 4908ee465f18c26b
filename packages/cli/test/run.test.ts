import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BACKEND_NAMES, type Backends, startBackends } from "../../config/test/backends.ts";
import { holdfast, shell, start } from "./holdfast.ts";

const folder = mkdtempSync(path.join(tmpdir(), "holdfast-run-"));
let backends: Backends;

beforeAll(async () => {
  backends = await startBackends();
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await backends?.stop();
});

/** Reads a count, waits for the other loop to read it as well, though not for ever, and writes the next one. */
const COUNT = `count=$(cat "$FILE"); : > "$FILE.$WHO.$ROUND"; looks=0
until [ -e "$FILE.$OTHER.$ROUND" ] || [ "$looks" -ge "$LOOKS" ]; do sleep 0.1; looks=$((looks + 1)); done
echo $((count + 1)) > "$FILE"`;
const LOOP = `
for ROUND in 1 2; do
  export ROUND
  holdfast run counter --ttl 10s -- sh -c "$COUNT" || exit 1
done`;

const UPDATE_COUNT = 4;

/** Runs two competing loops; resolves with what they counted up to, and what they said. */
async function compete(
  url: string,
  looks: number,
): Promise<{ readonly count: number; readonly said: string }> {
  const file = path.join(mkdtempSync(path.join(folder, "count-")), "file");
  writeFileSync(file, "0");
  const loop = (who: string, other: string) => {
    const names = { FILE: file, WHO: who, OTHER: other };
    return shell(LOOP, { url, env: { ...names, LOOKS: `${looks}`, COUNT } });
  };
  const loops = await Promise.all([loop("a", "b"), loop("b", "a")]);
  const said = loops.map(({ stderr }) => stderr).join("");
  expect(loops.map(({ code }) => `${code} ${said}`)).toEqual([`0 ${said}`, `0 ${said}`]);
  return { count: Number(readFileSync(file, "utf8")), said };
}

test("two competing loops lose updates where nothing excludes them", async () => {
  const { count } = await compete("noop:", 100);
  expect(count).toBeGreaterThan(0);
  expect(count).toBeLessThan(UPDATE_COUNT);
});

describe.each(BACKEND_NAMES)("over %s", (name) => {
  test("two competing loops write a file without a lost update", async () => {
    const wanted = { count: UPDATE_COUNT, said: "" };
    expect(await compete(backends.urls[name], 2)).toEqual(wanted);
  });

  test("another is refused while the command runs, and has the lock after it", async () => {
    const url = backends.urls[name];
    const first = start(["run", "job", "--", "sh", "-c", "echo ready; read -r line; exit 7"], {
      url,
    });
    await first.prints("ready");
    const refused = await holdfast(["run", "job", "--no-wait", "--", "echo", "never"], { url });
    expect(refused).toMatchObject({ code: 75, stdout: "" });
    expect(refused.stderr).toMatch(/^holdfast: another holds the lock "job"\n {2}.+\n$/);
    first.child.stdin?.end("go on\n");
    expect(await first.finished()).toMatchObject({ code: 7, stderr: "" });
    const next = await holdfast(["run", "job", "--no-wait", "--", "echo", "now"], { url });
    expect(next).toMatchObject({ code: 0, stdout: "now\n", stderr: "" });
  });
});

describe("the command", () => {
  const run = (args: readonly string[]) =>
    holdfast(["run", "plain", ...args], { url: backends.urls.redis });

  test("finds the lock in its environment, and tokens rise", async () => {
    const show = ["--", "sh", "-c", "echo $HOLDFAST_LOCK_NAME $HOLDFAST_FENCING_TOKEN"];
    const [one = "", other = ""] = [(await run(show)).stdout, (await run(show)).stdout];
    expect(one).toMatch(/^plain \d+\n$/);
    expect(BigInt(other.slice(6))).toBeGreaterThan(BigInt(one.slice(6)));
  });

  test("has no token of an outer lock where there is none", async () => {
    const args = ["run", "a", "--", "sh", "-c", "echo token=$HOLDFAST_FENCING_TOKEN"];
    const env = { HOLDFAST_FENCING_TOKEN: "5" };
    expect((await holdfast(args, { url: "noop:", env })).stdout).toBe("token=\n");
  });

  test("keeps its own flags and words", async () => {
    const words = ["--ttl", "--", "-x", "a b", "--help"];
    const { stdout } = await run(["--ttl", "5s", "--", "printf", "%s|", ...words]);
    expect(stdout).toBe("--ttl|--|-x|a b|--help|");
  });

  test.each<[string, readonly string[], number]>([
    ["its own code", ["--", "sh", "-c", "exit 42"], 42],
    ["128 and the signal that ended it", ["--", "sh", "-c", "kill -TERM $$"], 143],
    ["127 where there is none", ["--", "/no/such/command"], 127],
    ["126 where it cannot be executed", ["--", "/etc/passwd"], 126],
  ])("gives %s", async (_what, args, code) => {
    expect((await run(args)).code).toBe(code);
  });
});

describe("the exit code", () => {
  test("is 75 when the wait ended, and 0 where cron asks for it", async () => {
    const url = backends.urls.redis;
    const holder = start(["run", "busy", "--", "sh", "-c", "echo ready; read -r line"], { url });
    await holder.prints("ready");
    const waited = await holdfast(["run", "busy", "--wait", "200ms", "--", "true"], { url });
    expect(waited).toMatchObject({ code: 75, stdout: "" });
    expect(waited.stderr).toContain("and was for 200 ms");
    const cron = ["run", "busy", "--no-wait", "--exit-zero-if-held", "--", "true"];
    expect((await holdfast(cron, { url })).code).toBe(0);
    holder.child.stdin?.end("\n");
    expect((await holder.finished()).code).toBe(0);
  });

  test.each([
    ["for as long as it takes", []],
    ["at once", ["--no-wait"]],
    ["for a while", ["--wait", "4s"]],
    ["and cron does not mind that it is held", ["--no-wait", "--exit-zero-if-held"]],
  ])("is 69 when the backend is not there, asked %s", async (_how, flags) => {
    const url = `redis://127.0.0.1:1${flags.length === 0 ? "?unavailableMs=300" : ""}`;
    const { code, stderr } = await holdfast(["run", "a", ...flags, "--", "true"], { url });
    expect(code).toBe(69);
    expect(stderr).toMatch(/^holdfast: .*redis.*\n {2}holdfast ping .+\n$/);
  });

  test.each<[string, readonly string[], string]>([
    ["a flag", ["run", "a", "--tll", "5s", "--", "true"], "did you mean --ttl?"],
    ["a name", ["run", "", "--url", "memory:", "--", "true"], "name must be a string"],
    ["a ttl", ["run", "a", "--ttl=2h", "--url=memory:", "--", "true"], "ttlMs must"],
    ["a URL", ["run", "a", "--url", "redsi://a", "--", "true"], "did you mean redis?"],
    ["no backend", ["run", "a", "--", "true"], "No backend is configured"],
  ])("is 64 for %s that is wrong, with one line and a hint", async (_what, args, words) => {
    const { code, stdout, stderr } = await holdfast(args, { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toContain(words);
    const own = stderr.replace(/^.*lives in one process.*\n.*\n/, "");
    expect(own).toMatch(/^holdfast: .+\n( {2}\S.+\n)?$/);
  });

  test("comes with a stack where --debug asks for it", async () => {
    const { stderr } = await holdfast(["run", "a", "--url", "redsi://a", "--debug", "--", "true"]);
    expect(stderr).toMatch(/\n {4}at /);
  });
});

test("the environment of a configuration file is chosen by --env", async () => {
  const config = {
    backends: { none: "noop:", redis: backends.urls.redis },
    environments: { test: "none", production: "redis" },
  };
  writeFileSync(path.join(folder, "holdfast.config.json"), JSON.stringify(config));
  const token = (env: string) =>
    holdfast(["run", "a", "--env", env, "--", "sh", "-c", "echo token=$HOLDFAST_FENCING_TOKEN"], {
      cwd: folder,
    });
  expect((await token("test")).stdout).toBe("token=\n");
  expect((await token("production")).stdout).toMatch(/^token=\d+\n$/);
  rmSync(path.join(folder, "holdfast.config.json"));
});
