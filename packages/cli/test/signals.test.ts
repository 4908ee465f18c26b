import { type ConnectedLocks, connectLocks } from "@holdfast/config";
import { type RedisServer, startRedis, until } from "@holdfast/test-servers";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Holdfast, holdfast, isAlive, start } from "./holdfast.ts";

/** Long enough for a busy machine. */
const WAIT_MS_MAX = 20_000;
const PATIENCE = "commandTimeoutMs=10000&unavailableMs=20000";
let server: RedisServer;
let url: string;
let locks: ConnectedLocks;

beforeAll(async () => {
  server = await startRedis();
  url = `${server.url}?${PATIENCE}`;
  locks = await connectLocks(url);
});

afterAll(async () => {
  await locks?.close();
  await server?.stop();
});

/** Groups of commands, for what a shell that was killed left behind. */
const groups = new Set<number>();

afterEach(() => {
  for (const pid of groups) {
    groups.delete(pid);
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // All of them have ended.
    }
  }
});

interface Script {
  /** Before it says that it has begun. */
  readonly trap?: string;
  readonly script: string;
  readonly flags?: readonly string[];
}

/** Runs a script under a lock; resolves when the script says that it has begun, with its process id. */
async function running(
  name: string,
  { trap = ":", script, flags = [] }: Script,
): Promise<{ readonly run: Holdfast; readonly pid: number }> {
  const command = ["--", "sh", "-c", `${trap}; echo "begun $$"; ${script}`];
  const run = start(["run", name, ...flags, ...command], { url });
  await run.prints("begun");
  const pid = Number(/begun (\d+)/.exec(run.stdout)?.[1]);
  groups.add(pid);
  return { run, pid };
}

/** Sleeps in a way that a signal is handled at once, and that keeps no pipe open. */
const SLEEP = "sleep 20 >/dev/null 2>&1 & wait";

async function isHeld(name: string): Promise<boolean> {
  return (await locks.inspect(name)).held;
}

/** Resolves when somebody waits in the server's queue. */
async function isWaitedFor(name: string): Promise<void> {
  await until("it waits", async () => (await locks.inspect(name)).waiters === 1, WAIT_MS_MAX);
}

/** Resolves when nobody holds it any more. */
async function becomesFree(name: string, ttlMs: number): Promise<void> {
  await until(`${name} is free`, async () => !(await isHeld(name)), ttlMs + 10_000);
}

describe("a signal", () => {
  test.each(["SIGTERM", "SIGHUP", "SIGINT", "SIGUSR2"] as const)(
    "%s goes to the command",
    async (signal) => {
      const word = signal.slice(3);
      const { run } = await running(signal, {
        trap: `trap 'echo got ${word}; exit 9' ${word}`,
        script: SLEEP,
      });
      run.kill(signal);
      expect(await run.finished()).toMatchObject({
        code: 9,
        stdout: expect.stringContaining(`got ${word}`),
      });
      expect(await isHeld(signal)).toBe(false);
    },
  );

  test("goes to what the command started, too", async () => {
    const { run } = await running("group", {
      script: "sh -c 'echo inner $$; sleep 20'; echo never",
    });
    await run.prints("inner");
    const inner = Number(/inner (\d+)/.exec(run.stdout)?.[1]);
    run.kill("SIGTERM");
    expect((await run.finished()).code).toBe(143);
    await until("the inner one has ended", () => !isAlive(inner), WAIT_MS_MAX);
  });

  test("ends the wait for a lock, and leaves nothing", async () => {
    const { run: holder } = await running("waited", { script: "read -r line" });
    const waiter = start(["run", "waited", "--", "echo", "never"], { url });
    await isWaitedFor("waited");
    waiter.kill("SIGINT");
    expect(await waiter.finished()).toMatchObject({ code: 130, stdout: "" });
    holder.child.stdin?.end("\n");
    expect((await holder.finished()).code).toBe(0);
    expect(await isHeld("waited")).toBe(false);
  });

  test("once leaves a command its time, and twice its grace", async () => {
    const { run } = await running("twice", {
      trap: "trap 'echo heard' INT",
      script: "while :; do sleep 1; done",
      flags: ["--grace", "300ms"],
    });
    run.kill("SIGINT");
    await run.prints("heard");
    expect(await isHeld("twice")).toBe(true);
    expect(run.stderr).toBe("");
    run.kill("SIGINT");
    const { code, stderr } = await run.finished();
    expect(code).toBe(137);
    expect(stderr).toContain("is killed unless it ends within 0.3 s");
    expect(await isHeld("twice")).toBe(false);
  });
});

describe("a lease that is lost", () => {
  /** Deletes the lock on the server, which the next renewal learns. */
  const lose = (name: string) => locks.breakLock(name, { any: true });

  test("ends the command with the signal that was chosen, and the exit code is 76", async () => {
    const { run } = await running("lost", {
      trap: "trap 'echo told; exit 0' USR1",
      script: SLEEP,
      flags: ["--ttl", "2s", "--signal", "USR1"],
    });
    await lose("lost");
    const { code, stdout, stderr } = await run.finished();
    expect(code).toBe(76);
    expect(stdout).toContain("told");
    expect(stderr).toContain('the lock "lost" is lost');
  });

  test("ends a command that ignores SIGTERM after the grace, with all that it started", async () => {
    const { run, pid } = await running("stubborn", {
      trap: "trap '' TERM",
      script: "sh -c 'echo inner $$; sleep 20; sleep 20'; sleep 20",
      flags: ["--ttl", "2s", "--grace", "300ms"],
    });
    await run.prints("inner");
    const inner = Number(/inner (\d+)/.exec(run.stdout)?.[1]);
    await lose("stubborn");
    expect((await run.finished()).code).toBe(76);
    await until("both have ended", () => !isAlive(pid) && !isAlive(inner), WAIT_MS_MAX);
  });

  test("is told without the server, by its deadline", async () => {
    const { run } = await running("silent", { script: SLEEP, flags: ["--ttl", "2s"] });
    await server.pause();
    try {
      const { code, stderr } = await run.finished();
      expect(code).toBe(76);
      expect(stderr).toContain("is lost");
    } finally {
      await server.resume();
    }
  });
});

describe("killed", () => {
  test("the command: its code is told, and the lock is free at once", async () => {
    const { run, pid } = await running("command", { script: SLEEP, flags: ["--ttl", "60s"] });
    process.kill(pid, "SIGKILL");
    expect((await run.finished()).code).toBe(137);
    expect(await isHeld("command")).toBe(false);
  });

  test("holdfast: the command is ended, and the lock by its ttl", async () => {
    const { run, pid } = await running("guard", {
      trap: "trap 'echo told' TERM",
      script: SLEEP,
      flags: ["--ttl", "2s", "--grace", "1s"],
    });
    run.kill("SIGKILL");
    await run.prints("told");
    await until("the command has ended", () => !isAlive(pid), WAIT_MS_MAX);
    await becomesFree("guard", 2_000);
  });

  test("both: the lock ends by its ttl", async () => {
    const { run, pid } = await running("both", { script: SLEEP, flags: ["--ttl", "2s"] });
    run.kill("SIGKILL");
    process.kill(-pid, "SIGKILL");
    await becomesFree("both", 2_000);
    expect(isAlive(pid)).toBe(false);
  });

  test("holdfast while it waits: nothing is held by it", async () => {
    const { run: holder } = await running("queue", {
      script: "read -r line",
      flags: ["--ttl", "2s"],
    });
    const waiter = start(["run", "queue", "--ttl", "2s", "--", "echo", "never"], {
      url: server.url,
    });
    await isWaitedFor("queue");
    waiter.kill("SIGKILL");
    await waiter.finished();
    holder.child.stdin?.end("\n");
    await holder.finished();
    const next = await holdfast(["run", "queue", "--wait", "15s", "--", "echo", "next"], {
      url: server.url,
    });
    expect(next).toMatchObject({ code: 0, stdout: "next\n" });
  });
});
