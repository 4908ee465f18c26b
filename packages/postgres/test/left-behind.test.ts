import type { AcquireRequest } from "@holdfast/core";
import {
  type FaultProxy,
  type PostgresServer,
  startFaultProxy,
  startPostgres,
  until,
} from "@holdfast/test-servers";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { advisoryLocks } from "./harness.ts";
import {
  type AnyPostgres,
  faultOf,
  giveBack,
  providerOf,
  request,
  signal,
  take,
  waiting,
} from "./requests.ts";

/** What waits and tries leave on sessions that broke off, or that are hard to name. */
const APPLICATION = "left-behind";

let server: PostgresServer;
let proxy: FaultProxy;

beforeAll(async () => {
  server = await startPostgres();
  proxy = await startFaultProxy({ target: server });
});

afterAll(async () => {
  await proxy.close();
  await server.stop();
});

afterEach(async () => {
  await proxy.heal();
  await server.query("ALTER ROLE postgres RESET timezone");
});

/** One that has a session to hold and one to wait, and may have no other. */
function narrowProvider(): AnyPostgres {
  return providerOf(proxy, { connectionCountMax: 2, applicationName: APPLICATION });
}

/** The session of {@link narrowProvider} that waits, and the one that holds. */
async function sessions(): Promise<{ readonly waits: number; readonly holds: number }> {
  let waits: number | undefined;
  let holds: number | undefined;
  await until("both are there", async () => {
    const rows = await server.query(
      "SELECT pid, pid IN (SELECT pid FROM pg_locks WHERE NOT granted) AS is_waiting " +
        "FROM pg_stat_activity WHERE application_name = $1",
      [APPLICATION],
    );
    const pidOf = (isWaiting: boolean): unknown =>
      rows.find((row) => row["is_waiting"] === isWaiting)?.["pid"];
    [waits, holds] = [pidOf(true), pidOf(false)].map((pid) => (pid ? Number(pid) : undefined));
    return rows.length === 2 && waits !== undefined && holds !== undefined;
  });
  if (waits === undefined || holds === undefined) throw new Error("they have gone");
  return { waits, holds };
}

test("G-06 a wait whose undoing was cut off is not said to be absent", async () => {
  await using holder = providerOf(server);
  await using provider = narrowProvider();
  const held = await take(holder, request("a"));
  const [asked, controller] = waiting("a");
  const answer = faultOf(provider.enqueue(asked));
  await sessions();
  proxy.drop("to-server", "unlock_all");
  controller.abort();
  expect(await answer).toMatchObject({ code: "ABORTED", outcome: "unknown" });
  const released = provider.release({ ...asked, inDoubt: true });
  await until("the undoing is lost", () => proxy.traffic("to-server").lostBytes > 0);
  proxy.reset();
  expect(await released).toBe("unknown");
  await proxy.heal();
  await until("it is absent", async () => {
    return (await provider.release({ ...asked, inDoubt: true })) === "absent";
  });
  expect(await advisoryLocks(server)).toHaveLength(1);
  await giveBack(holder, held);
});

test("G-06 a try in line whose answer was lost is not said to be absent", async () => {
  await using holder = providerOf(server);
  await using provider = narrowProvider();
  const held = await take(holder, request("a"));
  const [first, firstController] = waiting("a");
  const firstAnswer = faultOf(provider.enqueue(first));
  const { holds } = await sessions();
  await signal(server, holds, "STOP");
  try {
    const before = proxy.traffic("to-server").deliveredBytes;
    const [asked, controller] = waiting("free");
    const answer = faultOf(provider.enqueue(asked));
    await until("it is tried", () => proxy.traffic("to-server").deliveredBytes > before);
    controller.abort();
    expect(await answer).toMatchObject({ code: "ABORTED", outcome: "unknown" });
    const released = provider.release({ ...asked, inDoubt: true });
    proxy.reset();
    expect(await released).toBe("unknown");
  } finally {
    await signal(server, holds, "CONT");
  }
  firstController.abort();
  await firstAnswer;
  await until("nothing else is left", async () => (await advisoryLocks(server)).length === 1);
  await giveBack(holder, held);
});

test("G-07 a wait is cancelled by a session that writes times in another way", async () => {
  await using holder = providerOf(server);
  await using provider = narrowProvider();
  const held = await take(holder, request("a"));
  const [asked, controller] = waiting("a");
  const answer = faultOf(provider.enqueue(asked));
  const { holds } = await sessions();
  await server.query("ALTER ROLE postgres SET timezone = 'Asia/Tokyo'");
  await server.query("SELECT pg_terminate_backend($1)", [holds]);
  controller.abort();
  expect((await answer).code).toBe("ABORTED");
  await until("it left", async () => (await advisoryLocks(server)).length === 1);
  await giveBack(holder, held);
});

test("G-12 a session that falls silent while it is set up is replaced, whatever its ttl", async () => {
  await using provider = providerOf(proxy, { commandTimeoutMs: 300 });
  proxy.drop("to-server", "LISTEN");
  const asked = (name: string): AcquireRequest => request(name, { ttlMs: 60_000 });
  await faultOf(provider.tryAcquire(asked("first")));
  let count = 0;
  await until("another serves", async () => {
    count += 1;
    const answer = await provider.tryAcquire(asked(`next-${count}`)).catch(() => undefined);
    return answer?.granted === true;
  });
});
