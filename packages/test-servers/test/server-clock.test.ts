import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import {
  clockShim,
  ServerClock,
  serverCapabilities,
  startPostgres,
  startRedis,
  until,
} from "../src/index.ts";
import { postgresSource, redisSource } from "./sources.ts";

const HOUR_MS = 3_600_000;
/** How far two readings of one clock may lie apart on a busy machine. */
const TOLERANCE_MS = 2_000;

const shim = clockShim();
if (!shim.available) process.stderr.write(`${shim.explanation}\n`);
const canMove = (source: typeof redisSource): boolean =>
  shim.available && source !== undefined && serverCapabilities(source).clock;

/** What a title ends with where the machine cannot do it. */
const without = shim.available ? "" : " (skipped: no C compiler)";
const offAtMs = (wallMs: number): number => wallMs - Date.now();

describe.runIf(shim.available)(`a server clock${without}`, () => {
  test("a process sees it, and its monotonic clock stays true", () => {
    using clock = new ServerClock();
    clock.jump(-HOUR_MS);
    const script = "console.log(JSON.stringify([Date.now(), Number(process.hrtime.bigint())]))";
    const { stdout } = spawnSync(process.execPath, ["-e", script], {
      encoding: "utf8",
      env: { ...process.env, ...clock.environment },
    });
    const [wallMs = 0, monotonicNs = 0] = JSON.parse(stdout) as readonly number[];
    expect(Math.abs(offAtMs(wallMs) + HOUR_MS)).toBeLessThan(TOLERANCE_MS);
    const sinceNs = Number(process.hrtime.bigint()) - monotonicNs;
    expect(Math.abs(sinceNs / 1e6)).toBeLessThan(TOLERANCE_MS);
  });

  test("a rate moves it from where it is, and without one it stays there", async () => {
    using clock = new ServerClock();
    clock.jump(HOUR_MS);
    clock.run(500_000);
    const offsetMs = clock.offsetMs;
    await until("it gained 20 ms", () => clock.offsetMs > offsetMs + 20);
    clock.run(0);
    const stayedMs = clock.offsetMs;
    expect(stayedMs).toBeGreaterThan(HOUR_MS + 20);
    clock.reset();
    expect(clock.offsetMs).toBe(0);
  });

  test("a program that cannot read its clock does not run with the true one", () => {
    using clock = new ServerClock();
    const { signal } = spawnSync("date", [], {
      env: { ...process.env, ...clock.environment, HOLDFAST_CLOCK_FILE: "/nowhere" },
    });
    expect(signal).toBe("SIGABRT");
  });
});

describe.runIf(canMove(redisSource))("a Redis server with a server clock", () => {
  test("TIME and the ttl of a key see a jump, forward and back", async () => {
    using clock = new ServerClock();
    await using server = await startRedis({ clock });
    const wallMs = async (): Promise<number> => {
      const [seconds] = (await server.command("TIME")) as readonly string[];
      return Number(seconds) * 1_000;
    };
    expect(Math.abs(offAtMs(await wallMs()))).toBeLessThan(TOLERANCE_MS);

    await server.command("SET", "kept", "value", "PX", HOUR_MS);
    clock.jump(-HOUR_MS);
    expect(Math.abs(offAtMs(await wallMs()) + HOUR_MS)).toBeLessThan(TOLERANCE_MS);
    expect(Number(await server.command("PTTL", "kept"))).toBeGreaterThan(1.5 * HOUR_MS);

    clock.jump(2 * HOUR_MS + TOLERANCE_MS);
    expect(await server.command("EXISTS", "kept")).toBe(0);
  });

  test("a faster clock ends a key sooner", async () => {
    using clock = new ServerClock();
    await using server = await startRedis({ clock });
    await server.command("SET", "kept", "value", "PX", HOUR_MS);
    const beganAtMs = performance.now();
    clock.run(900_000);
    await until("the clock gained 50 ms", () => clock.offsetMs > 50);
    const lostMs = HOUR_MS - Number(await server.command("PTTL", "kept"));
    expect(lostMs).toBeGreaterThan(50);
    expect(lostMs).toBeLessThan(2 * (performance.now() - beganAtMs) + 50);
  });
});

describe.runIf(canMove(postgresSource))("a Postgres server with a server clock", () => {
  test("it sees a jump", async () => {
    using clock = new ServerClock();
    await using server = await startPostgres({ clock });
    clock.jump(HOUR_MS);
    const [row] = await server.query("SELECT extract(epoch FROM clock_timestamp())::text AS now");
    expect(Math.abs(offAtMs(Number(row?.["now"]) * 1_000) - HOUR_MS)).toBeLessThan(TOLERANCE_MS);
  });
});
