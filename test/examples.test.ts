import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import {
  type EtcdServer,
  type PostgresServer,
  type RedisServer,
  startEtcd,
  startPostgres,
  startRedisMany,
} from "../packages/test-servers/dist/index.js";
import { workspacePackages } from "../scripts/workspace.mjs";

/** Starting programs and servers takes a busy machine a while. */
const RUN_MS_MAX = 40_000;
const TEST_MS_MAX = 60_000;

const examples = workspacePackages()
  .filter((each) => each.path.startsWith("examples/"))
  .map(({ folder, path: home }) => ({
    home,
    program: path.join(folder, "dist", "main.js"),
    source: readFileSync(path.join(folder, "src", "main.ts"), "utf8"),
  }));
/** As many as the example that wants most. */
const SERVER_COUNT = 3;
let servers: readonly RedisServer[] = [];
let etcd: EtcdServer | undefined;
let postgres: PostgresServer | undefined;

afterAll(() => Promise.all([...servers, etcd, postgres].map((server) => server?.stop())));

/** The addresses by which an example finds real servers. */
async function environment(source: string): Promise<NodeJS.ProcessEnv> {
  if (source.includes("ETCD_URL")) {
    etcd ??= await startEtcd();
    return { ...process.env, ETCD_URL: etcd.url };
  }
  if (source.includes("POSTGRES_URL")) {
    postgres ??= await startPostgres();
    return { ...process.env, POSTGRES_URL: postgres.url };
  }
  if (!source.includes("REDIS_URL")) return process.env;
  if (servers.length === 0) servers = await startRedisMany(SERVER_COUNT);
  const urls = servers.map(({ url }) => url);
  return { ...process.env, REDIS_URL: urls[0], REDIS_URLS: urls.join() };
}

/** The lines that the head of an example says it prints. */
function promisedLines(source: string): readonly string[] {
  const [, list = ""] = /^ \* Prints:\n((?: \* {3}.+\n)+)/m.exec(source) ?? [];
  return [...list.matchAll(/^ \* {3}(.+)$/gm)].map(([, line = ""]) => line);
}

test.each(examples)(
  "$home prints what its head says",
  async ({ program, source }) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--unhandled-rejections=strict", program],
      { env: await environment(source), timeout: RUN_MS_MAX },
    );
    const promised = promisedLines(source);
    expect(promised.length).toBeGreaterThan(0);
    expect(stdout.trimEnd().split("\n")).toEqual(promised);
  },
  TEST_MS_MAX,
);
