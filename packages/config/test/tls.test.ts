// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how configurations write variables.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  type EtcdServer,
  ensureServers,
  type PostgresServer,
  type RedisServer,
  serverCapabilities,
  startEtcd,
  startPostgres,
  startRedis,
} from "@holdfast/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ConfigInput, connectLocks } from "../src/index.ts";

const PASSWORD = "pass/w:rd@1";
const LOGIN = `:${encodeURIComponent(PASSWORD)}@`;
const PATIENCE = { commandTimeoutMs: 10_000, unavailableMs: 20_000 };
const SLOW = "commandTimeoutMs=10000&unavailableMs=20000";
const RUN_MS_MAX = 25_000;
const folder = mkdtempSync(path.join(tmpdir(), "holdfast-tls-"));
/** A container shares no folder with us, so its servers have no Unix socket. */
const [source] = await ensureServers(["redis"]);
const unixSocket = source?.available === true && serverCapabilities(source.source).unixSocket;

let redis: RedisServer;
let etcd: EtcdServer;
let postgres: PostgresServer;

beforeAll(async () => {
  [redis, etcd, postgres] = await Promise.all([
    startRedis({ tls: true, password: PASSWORD, unixSocket }),
    startEtcd({ tls: true }),
    startPostgres({ tls: true }),
  ]);
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await Promise.all([redis, etcd, postgres].map((server) => server?.stop()));
});

/** Where a server is, without its scheme. */
const at = ({ host, port }: { readonly host: string; readonly port: number }) => `${host}:${port}`;

/** Writes a certificate down. */
function fileOf(pem: string | undefined): string {
  const file = path.join(folder, "authority.pem");
  writeFileSync(file, pem ?? "");
  return file;
}

/** Two programs of one configuration exclude each other. */
async function expectExclusion(config: ConfigInput, env = {}): Promise<void> {
  await using one = await connectLocks(config, { env });
  await using other = await connectLocks(config, { env });
  await one.using("shared", async () => {
    expect(await other.tryAcquire("shared")).toBeUndefined();
  });
  expect(await other.using("shared", () => "free again")).toBe("free again");
}

/** What an acquire is told. */
async function refusal(config: ConfigInput): Promise<unknown> {
  await using locks = await connectLocks(config, { env: {} });
  return await locks.acquire("shared").catch((error: unknown) => error);
}

describe("rediss", () => {
  test.each(["ioredis", "redis"] as const)(
    "is TLS by %s, with an authority from a variable",
    async (driver) => {
      const url = `rediss://${LOGIN}${at(redis)}`;
      const env = { REDIS_CA: redis.ca };
      await expectExclusion({ url, driver, tls: { ca: "${REDIS_CA}" }, ...PATIENCE }, env);
    },
  );

  test("of an authority that nobody trusts grants nothing", async () => {
    const url = `rediss://${LOGIN}${at(redis)}`;
    expect(await refusal({ url, unavailableMs: 300 })).toMatchObject({
      code: "BACKEND_UNAVAILABLE",
      outcome: "not-applied",
    });
  });

  test("serves Redlock, here with a single server", async () => {
    const urls = [`rediss://${LOGIN}${at(redis)}`];
    const votes = { restartGuardMs: 0, memberTimeoutMs: 5_000 };
    await expectExclusion({ url: "redlock:", urls, tls: { ca: redis.ca }, ...votes, ...PATIENCE });
  });
});

test("etcds is TLS, with the client's certificate from variables", async () => {
  const { ca, cert, key } = etcd.trust ?? {};
  const tls = { ca: "${CA}", cert: "${CERT}", key: "${KEY}" };
  const env = { CA: ca, CERT: cert, KEY: key };
  await expectExclusion({ url: `etcds://${at(etcd)}`, tls, ...PATIENCE }, env);
});

describe("postgres", () => {
  const isEncrypted = async () => {
    const rows = await postgres.query(
      "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'here'",
    );
    return rows.map(({ ssl }) => ssl);
  };
  const url = (query = "") => `${postgres.url}?commandTimeoutMs=10000&applicationName=here${query}`;

  test.each<[string, () => ConfigInput]>([
    ["sslrootcert", () => url(`&sslmode=verify-full&sslrootcert=${fileOf(postgres.ca)}`)],
    ["sslmode=no-verify", () => url("&sslmode=no-verify")],
    ["tls", () => ({ url: url(), tls: { ca: postgres.ca } })],
  ])("is encrypted by %s", async (_how, config) => {
    await using locks = await connectLocks(config());
    await locks.using("secret", async () => {
      expect(await isEncrypted()).toContain(true);
      expect(await isEncrypted()).not.toContain(false);
    });
    await expectExclusion(config());
  });

  test("of an authority that nobody trusts grants nothing", async () => {
    expect(await refusal(url("&sslmode=verify-full&unavailableMs=300"))).toMatchObject({
      outcome: "not-applied",
    });
    expect(await isEncrypted()).toEqual([]);
  });

  test("takes sslmode or tls, and not what contradicts itself", async () => {
    const config = { url: url("&sslmode=disable"), tls: { ca: postgres.ca } };
    await expect(connectLocks(config)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("tls"),
    });
  });
});

test.each<[string, () => [string, string | undefined]]>([
  ["rediss", () => [`rediss://${LOGIN}${at(redis)}?${SLOW}`, redis.ca]],
  ["postgres", () => [`${postgres.url}?sslmode=verify-full&${SLOW}`, postgres.ca]],
])(
  "by its URL alone %s trusts what Node is told to by NODE_EXTRA_CA_CERTS",
  async (_scheme, where) => {
    const [url, ca] = where();
    const here = fileURLToPath(new URL("../dist/index.js", import.meta.url));
    const program = `import { connectLocks } from ${JSON.stringify(here)};
const locks = await connectLocks();
console.log(await locks.using("extra", () => "held"));
await locks.close();`;
    const file = path.join(folder, "extra.mjs");
    writeFileSync(file, program);
    const env = { ...process.env, HOLDFAST_URL: url, NODE_EXTRA_CA_CERTS: fileOf(ca) };
    const options = { env, timeout: RUN_MS_MAX };
    const { stdout } = await promisify(execFile)(process.execPath, [file], options);
    expect(stdout).toBe("held\n");
  },
);

const overSocket = unixSocket ? "" : " (skipped: this source of servers has none)";
test.runIf(unixSocket)(`redis+unix leads to a socket${overSocket}`, async () => {
  const login = `password=${encodeURIComponent(PASSWORD)}&db=2`;
  await expectExclusion(`redis+unix://${redis.socketPath}?${login}&commandTimeoutMs=10000`);
  const raw = await redis.connect({ password: PASSWORD });
  await raw.command("SELECT", 2);
  // What is left is the counter of its fencing tokens.
  expect(await raw.command("DBSIZE")).toBeGreaterThan(0);
  raw.close();
});
