import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { type RedisServer, startRedis, until } from "@holdfast/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Holdfast, holdfast, MAIN, shell } from "./holdfast.ts";

/** Long enough for a busy machine. */
const WAIT_MS_MAX = 20_000;
const BYTES = 100 * 1024 * 1024;
let server: RedisServer;
let url: string;

beforeAll(async () => {
  server = await startRedis();
  url = `${server.url}?commandTimeoutMs=10000&unavailableMs=20000`;
});

afterAll(() => server?.stop());

describe("in pipes", () => {
  test("100 MiB of stdout pass through as they are", async () => {
    const program = `const part = Buffer.alloc(1 << 20, "0123456789abcde\\n");
for (let count = 0; count < 100; count += 1) require("fs").writeSync(1, part);`;
    const env = { ...process.env, HOLDFAST_URL: url };
    const args = [MAIN, "run", "big", "--", process.execPath, "-e", program];
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
    const hash = createHash("sha256");
    let byteCount = 0;
    child.stdout.on("data", (part: Buffer) => {
      byteCount += part.length;
      hash.update(part);
    });
    const [code] = await once(child, "close");
    const wanted = createHash("sha256");
    for (let count = 0; count < 100; count += 1)
      wanted.update(Buffer.alloc(1 << 20, "0123456789abcde\n"));
    expect([code, byteCount]).toEqual([0, BYTES]);
    expect(hash.digest("hex")).toBe(wanted.digest("hex"));
  });

  test("stdin and stderr are the command's own", async () => {
    const args = ["run", "cat", "--", "sh", "-c", "cat; echo beside >&2"];
    const { stdout, stderr } = await holdfast(args, { url, input: "from stdin" });
    expect([stdout, stderr]).toEqual(["from stdin", "beside\n"]);
  });

  test("a reader that has seen enough ends the command and gives the lock back", async () => {
    const script = "holdfast run yes -- yes | head -n 1; holdfast inspect yes";
    expect(await shell(script, { url })).toMatchObject({
      code: 0,
      stdout: "y\nyes is free\n",
    });
  });
});

describe("at a terminal", () => {
  /** Runs holdfast in a pseudo-terminal, whose keyboard is the process's stdin. */
  function atTerminal(args: string, env: Record<string, string> = {}): Holdfast {
    // Without exec a shell that stays between them ends by Ctrl-C itself, and its code is what is seen.
    const line = `exec '${process.execPath}' '${MAIN}' ${args}`;
    return new Holdfast("script", ["-qec", line, "/dev/null"], { url, env });
  }

  const CTRL_C = "\u0003";

  test("the command has it as its own", async () => {
    const script = "test -t 0 && test -t 1 && test -t 2 && read -r line && echo read=$line";
    const run = atTerminal(`run tty -- sh -c '${script}'`);
    run.child.stdin?.write("typed\n");
    const { code, stdout } = await run.finished();
    expect(code).toBe(0);
    expect(stdout).toContain("read=typed");
  });

  test("Ctrl-C reaches the command once, and holdfast waits for it", async () => {
    const program = `let count = 0;
process.on("SIGINT", () => { count += 1; globalThis.setTimeout(() => { console.log("count=" + count); process.exit(5); }, 300); });
console.log("begun"); globalThis.setTimeout(() => {}, 20000);`;
    const run = atTerminal(
      `run once -- '${process.execPath}' -e '${program.replaceAll("\n", " ")}'`,
    );
    await run.prints("begun");
    run.child.stdin?.write(CTRL_C);
    const { code, stdout } = await run.finished();
    expect(stdout).toContain("count=1");
    expect(code).toBe(5);
  });

  test("Ctrl-C twice ends a command that ignores it, after its grace", async () => {
    const run = atTerminal(
      `run stubborn --grace 300ms -- sh -c 'trap "" INT; echo begun; sleep 20; sleep 20'`,
    );
    await run.prints("begun");
    // Two at once are one to the kernel, so whoever is in a hurry presses until something happens.
    const press = () => {
      run.child.stdin?.write(CTRL_C);
      return run.stdout.includes("is killed unless it ends within 0.3 s");
    };
    await until("it is told that the grace begins", press, WAIT_MS_MAX);
    expect((await run.finished()).code).toBe(137);
  });

  test("errors are bold, and plain where NO_COLOR is set", async () => {
    const bold = await atTerminal("rum", { TERM: "xterm" }).finished();
    expect(bold.stdout).toContain("\u001b[1mholdfast:\u001b[22m");
    const plain = await atTerminal("rum", { TERM: "xterm", NO_COLOR: "1" }).finished();
    expect(plain.stdout).not.toContain("\u001b[");
  });
});
