import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { rm, utimes } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, test } from "vitest";
import { until } from "../src/index.ts";
import { etcdSource, postgresSource, redisSource } from "./sources.ts";

const PACKAGE_URL = new URL("../dist/index.js", import.meta.url).href;

const DAY_MS = 24 * 60 * 60 * 1_000;

interface Program {
  readonly process: ChildProcess;
  readonly port: number;
  readonly dataDir: string | undefined;
}

/** Starts a program that starts servers, says where the last is, and then ends in its own way. */
async function startProgram(ending: string, start = "startRedisMany(2)"): Promise<Program> {
  const source = `
    import * as servers from ${JSON.stringify(PACKAGE_URL)};
    const { port, dataDir } = [await servers.${start}].flat().at(-1);
    console.log(JSON.stringify({ port, dataDir }));
    for await (const _line of process.stdin) ${ending};
  `;
  const program = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const [line] = await once(createInterface({ input: program.stdout }), "line");
  return { process: program, ...JSON.parse(String(line)) };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" });
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

async function expectNoServer({ port }: Program): Promise<void> {
  await until("the server is gone", async () => !(await isListening(port)));
}

/** The folders that the program's servers have or had. */
function foldersOf({ process: { pid } }: Program): readonly string[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith(`holdfast-redis-${pid}-`))
    .map((name) => join(tmpdir(), name));
}

describe.runIf(redisSource)("the end of the program that started servers", () => {
  test.each([
    ["returns from everything by process.exit", "process.exit()"],
    ["fails with an uncaught error", 'throw new Error("meant")'],
    [
      "ends by its own handler of a signal",
      'process.once("SIGTERM", () => process.exit()).kill(process.pid)',
    ],
  ])("ends the servers and removes their data when it %s", async (_how, ending) => {
    const program = await startProgram(ending);
    expect(await isListening(program.port)).toBe(true);
    program.process.stdin?.write("end\n");
    await once(program.process, "exit");
    await expectNoServer(program);
    if (program.dataDir !== undefined) expect(existsSync(program.dataDir)).toBe(false);
  });

  // Containers are left to Testcontainers' reaper here, and their data goes with them.
  test.runIf(redisSource === "local" && process.platform === "linux")(
    "ends the servers when it is killed, and their data goes when it is a day old " +
      "(skipped: needs local servers on Linux)",
    async () => {
      const program = await startProgram("process.exit()");
      program.process.kill("SIGKILL");
      await once(program.process, "exit");
      await expectNoServer(program);
      const folders = foldersOf(program);
      expect(folders).toHaveLength(2);
      const longAgo = new Date(Date.now() - DAY_MS);
      for (const folder of folders) await utimes(folder, longAgo, longAgo);
      const next = await startProgram("process.exit()");
      expect(foldersOf(program)).toEqual([]);
      expect(foldersOf(next)).toHaveLength(2);
      next.process.stdin?.end("end\n");
      await once(next.process, "exit");
      expect(foldersOf(next)).toEqual([]);
    },
  );
});

describe.each([
  ["Postgres", postgresSource, "startPostgres()"],
  ["etcd", etcdSource, "startEtcd()"],
])("the end of the program that started a server: %s", (_kind, source, start) => {
  test.runIf(source)("ends it and removes its data", async () => {
    const program = await startProgram("process.exit()", start);
    expect(await isListening(program.port)).toBe(true);
    program.process.stdin?.write("end\n");
    await once(program.process, "exit");
    await expectNoServer(program);
    if (program.dataDir !== undefined) expect(existsSync(program.dataDir)).toBe(false);
  });

  test.runIf(source === "local" && process.platform === "linux")(
    "ends it when the program is killed (skipped: needs a local server on Linux)",
    async () => {
      const program = await startProgram("process.exit()", start);
      program.process.kill("SIGKILL");
      await once(program.process, "exit");
      await expectNoServer(program);
      await rm(dirname(program.dataDir ?? ""), { recursive: true });
    },
  );
});

test("a connection that ends and is reset while both wait lets the process end", async () => {
  // The client has answers unread when it goes, so that its end is followed by a reset.
  const source = `
    import { once } from "node:events";
    import { connect, createServer } from "node:net";
    import { startFaultProxy, until } from ${JSON.stringify(PACKAGE_URL)};
    const host = "127.0.0.1";
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on("error", () => {}).resume().write("y".repeat(30_000_000));
    });
    await once(server.listen(0, host), "listening");
    const proxy = await startFaultProxy({ target: { host, port: server.address().port } });
    for (let count = 0; count < 20; count += 1) {
      proxy.hold("to-server");
      const client = connect({ host, port: proxy.port, allowHalfOpen: true });
      await once(client.on("error", () => {}), "connect");
      client.pause().write("x");
      await new Promise((resolve) => client.end(resolve));
      await until("its word has come", async () => proxy.traffic("to-server").waitingBytes > 0);
      client.destroy();
      await new Promise((resolve) => setTimeout(resolve, 30));
      proxy.deliver("to-server");
    }
    await proxy.close();
    server.close();
  `;
  const program = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: "ignore",
  });
  const ended = once(program, "exit");
  const late = new Promise<undefined>((resolve) => {
    setTimeout(() => resolve(undefined), 40_000).unref();
  });
  const end = await Promise.race([ended, late]);
  if (end === undefined) program.kill("SIGKILL");
  expect(end).toEqual([0, null]);
});
