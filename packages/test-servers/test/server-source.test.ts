import { execFile } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test, vi } from "vitest";
import { findServer } from "../src/find-server.ts";
import { ensureServers, startRedis } from "../src/index.ts";
import { redisKind } from "../src/redis-plan.ts";
import { redisSource } from "./sources.ts";

const CLI = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Runs the built command line without the settings of this run. */
function runCli(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<CliResult> {
  const env = { ...process.env, CI: "", HOLDFAST_SERVERS: "", ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { env }, (cause, stdout, stderr) => {
      resolve({ code: cause === null ? 0 : Number(cause.code), stdout, stderr });
    });
  });
}

test("HOLDFAST_SERVERS=none switches everything off and says how to switch it on", async () => {
  vi.stubEnv("CI", "");
  vi.stubEnv("HOLDFAST_SERVERS", "none");
  const [found] = await ensureServers(["redis"], { install: true });
  expect(found).toMatchObject({ kind: "redis", available: false });
  expect(found).toHaveProperty("explanation", expect.stringMatching(/unset HOLDFAST_SERVERS/));
  await expect(startRedis()).rejects.toThrow(/NO REDIS SERVER/);
});

test("under CI missing servers throw", async () => {
  vi.stubEnv("CI", "true");
  vi.stubEnv("HOLDFAST_SERVERS", "none");
  await expect(ensureServers(["redis"])).rejects.toThrow(/NO REDIS SERVER/);
});

test("a setting that is not known is refused", async () => {
  vi.stubEnv("HOLDFAST_SERVERS", "sometimes");
  await expect(ensureServers(["redis"])).rejects.toThrow(
    "HOLDFAST_SERVERS is sometimes, wanted one of auto, docker, local, none",
  );
});

test("where nothing is found each place that was looked at is named, with a remedy", async () => {
  vi.stubEnv("CI", "");
  vi.stubEnv("HOLDFAST_SERVERS", "");
  vi.stubEnv("DOCKER_HOST", "unix:///nowhere/docker.sock");
  vi.stubEnv("PATH", "/nowhere");
  const found = await findServer(redisKind);
  expect(found).toHaveProperty(
    "explanation",
    expect.stringContaining("unix:///nowhere/docker.sock"),
  );
  expect(found).toHaveProperty("explanation", expect.stringContaining("redis-server on PATH"));
  expect(found).toHaveProperty(
    "explanation",
    expect.stringContaining("apt-get install redis-server"),
  );
});

test("a browser is looked for on this machine alone", async () => {
  vi.stubEnv("CI", "");
  vi.stubEnv("HOLDFAST_SERVERS", "docker");
  vi.stubEnv("PATH", "/nowhere");
  const [found] = await ensureServers(["chromium"]);
  expect(found).toHaveProperty("explanation", expect.stringMatching(/^NO CHROMIUM: /));
  expect(found).toHaveProperty("explanation", expect.stringContaining("install chromium\n"));
  expect(found).toHaveProperty("explanation", expect.not.stringContaining("Docker"));
});

test("an engine that accepts and never answers costs less than a second", async () => {
  const sockets: Socket[] = [];
  const engine = createServer((socket) => sockets.push(socket));
  engine.listen(0, "127.0.0.1");
  await once(engine, "listening");
  vi.stubEnv("CI", "");
  vi.stubEnv("HOLDFAST_SERVERS", "docker");
  vi.stubEnv("DOCKER_HOST", `tcp://127.0.0.1:${(engine.address() as AddressInfo).port}`);
  const startedAtMs = performance.now();
  const [found] = await ensureServers(["redis"]);
  expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  expect(found).toHaveProperty("explanation", expect.stringContaining("none answers"));
  for (const socket of sockets) socket.destroy();
  engine.close();
});

const onDocker = test.runIf(redisSource === "docker");

onDocker("an engine without the image is passed over (skipped: needs an engine)", async () => {
  vi.stubEnv("HOLDFAST_SERVERS", "docker");
  const found = await findServer({ ...redisKind, image: "registry.invalid/redis:0" });
  expect(found).toHaveProperty(
    "explanation",
    expect.stringContaining("registry.invalid/redis:0 on "),
  );
});

onDocker("an engine without the reaper is passed over (skipped: needs an engine)", async () => {
  const result = await runCli(["ensure", "redis"], {
    HOLDFAST_SERVERS: "docker",
    TESTCONTAINERS_RYUK_DISABLED: "false",
    RYUK_CONTAINER_IMAGE: "registry.invalid/ryuk:0",
  });
  expect(result).toMatchObject({ code: 3, stdout: "" });
  expect(result.stderr).toContain("TESTCONTAINERS_RYUK_DISABLED=true");
});

test.runIf(redisSource)("the command line names the source on one line", async () => {
  const { HOLDFAST_SERVERS } = process.env;
  const result = await runCli(["ensure", "redis"], { HOLDFAST_SERVERS });
  expect(result).toMatchObject({ code: 0, stdout: "" });
  expect(result.stderr).toMatch(new RegExp(`^redis: ${redisSource} \\(.+\\)\\n$`));
});

test("the command line ends with 3 and the explanation when there is no server", async () => {
  const result = await runCli(["ensure", "redis"], { HOLDFAST_SERVERS: "none" });
  expect(result).toMatchObject({ code: 3, stdout: "" });
  expect(result.stderr).toContain("NO REDIS SERVER");
});

test("the command line fails differently under CI", async () => {
  const result = await runCli(["ensure", "redis"], { HOLDFAST_SERVERS: "none", CI: "true" });
  expect(result).toMatchObject({ code: 1, stdout: "" });
  expect(result.stderr).toContain("NO REDIS SERVER");
});

test.each([[], ["ensure"], ["ensure", "abacus"], ["start", "redis"]])(
  "the command line explains itself when called with %s %s",
  async (...args) => {
    const result = await runCli(args, {});
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toContain("usage:");
  },
);
