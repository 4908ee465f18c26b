import { manualClock } from "@holdfast/core";
import type { IoredisClient } from "@holdfast/redis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SimulatedClient } from "../src/redis/simulated-client.ts";
import { SimulatedRedis } from "../src/redis/simulated-redis.ts";
import { DirectWire } from "./client/direct-wire.ts";
import { realStage, type Stage, simulatedStage } from "./client/stages.ts";

const EVENTS = ["connecting", "connect", "ready", "close", "reconnecting", "end"];
const IOREDIS_DEFAULTS = { resend: true, offlineQueue: true };
const CAREFUL = { resend: false, offlineQueue: false };

/** The same expectations of a real client with a real server, and of the simulated ones. */
describe.each([
  ["ioredis", realStage],
  ["the simulated client", simulatedStage],
])("%s", (_name, openStage) => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(async () => {
    await stage.close();
  });

  /** A client, and the events that it has emitted since. */
  function listen(client: IoredisClient): string[] {
    const heard: string[] = [];
    for (const event of EVENTS) client.on(event, () => heard.push(event));
    client.on("error", () => {});
    return heard;
  }

  async function ready(
    habits: typeof CAREFUL,
  ): Promise<{ client: IoredisClient; heard: string[] }> {
    const client = stage.open(habits);
    const heard = listen(client);
    await stage.until("the client is ready", () => heard.includes("ready"));
    heard.length = 0;
    return { client, heard };
  }

  test("connects by itself and is ready when the server has answered", async () => {
    const client = stage.open(CAREFUL);
    const heard = listen(client);
    expect(client.status).toBe("connecting");
    await stage.until("the client is ready", () => client.status === "ready");
    await stage.until("it says so", () => heard.includes("ready"));
    expect(heard).toEqual(["connecting", "connect", "ready"]);
    expect(await client.call("PING")).toBe("PONG");
  });

  test("comes back by itself after a reset", async () => {
    const { client, heard } = await ready(CAREFUL);
    stage.cut();
    await stage.until("it is back", () => heard.includes("ready"));
    expect(heard).toEqual(["close", "reconnecting", "connecting", "connect", "ready"]);
    expect(await client.call("PING")).toBe("PONG");
  });

  test("answers commands in their order, errors among them", async () => {
    const { client } = await ready(CAREFUL);
    const replies = await Promise.allSettled([
      client.call("SET", "key", "value"),
      client.call("evalsha", "0".repeat(40), "0"),
      client.call("GET", "key"),
    ]);
    expect(replies).toMatchObject([
      { value: "OK" },
      { reason: { message: expect.stringMatching(/^NOSCRIPT /) } },
      { value: "value" },
    ]);
  });

  /** A command that was executed and whose reply is lost. */
  async function loseReply(client: IoredisClient): Promise<Sent> {
    await stage.ask("SET", "key", "value");
    stage.loseReplies();
    const sent = send(client, "DEL", "key");
    await stage.until("it is lost", () => stage.hasLost());
    return sent;
  }

  test("sends unanswered commands again where it was made to", async () => {
    const { client } = await ready(IOREDIS_DEFAULTS);
    const sent = await loseReply(client);
    await stage.heal();
    await stage.until("a copy is answered", () => sent.isSettled);
    // The first copy has deleted it.
    expect(await sent.reply).toBe(0);
  });

  test("rejects unanswered commands where not, when it has told that the connection closed", async () => {
    const { client, heard } = await ready(CAREFUL);
    const sent = await loseReply(client);
    let heardBefore: readonly string[] = [];
    sent.reply.catch(() => {
      heardBefore = [...heard];
    });
    await stage.heal();
    await expect(sent.reply).rejects.toThrow("Reached the max retries per request limit");
    expect(heardBefore).toContain("close");
    await stage.until("it is back", () => heard.includes("ready"));
    expect(client.status).toBe("ready");
  });

  test("keeps what is given while offline, or refuses it, as it was made to", async () => {
    const refusing = stage.open(CAREFUL);
    listen(refusing);
    await expect(refusing.call("PING")).rejects.toThrow("Stream isn't writeable");
    const queueing = stage.open(IOREDIS_DEFAULTS);
    listen(queueing);
    const replies = ["1", "2"].map((value) => send(queueing, "SET", "key", value));
    await stage.until("both are answered", () => replies.every(({ isSettled }) => isSettled));
    expect(await stage.ask("GET", "key")).toBe("2");
  });

  test("sends what was unanswered before what was given offline", async () => {
    const { client, heard } = await ready(IOREDIS_DEFAULTS);
    const first = await loseReply(client);
    stage.refuse();
    stage.cut();
    await stage.until("it is offline", () => heard.includes("reconnecting"));
    const second = send(client, "SET", "key", "offline");
    await stage.heal();
    await stage.until("both are answered", () => first.isSettled && second.isSettled);
    expect(await first.reply).toBe(0);
    expect(await stage.ask("GET", "key")).toBe("offline");
  });

  test("gives up commands after many failures in a row, and goes on connecting", async () => {
    const { client, heard } = await ready(IOREDIS_DEFAULTS);
    stage.refuse();
    stage.cut();
    await stage.until("it is offline", () => heard.includes("reconnecting"));
    const sent = send(client, "PING");
    await stage.until("it is given up", () => sent.isSettled);
    await expect(sent.reply).rejects.toThrow("Reached the max retries per request limit");
    expect(heard.filter((event) => event === "reconnecting")).toHaveLength(21);
    await stage.heal();
    await stage.until("it is back", () => heard.includes("ready"));
  });

  test("rejects everything when it is disconnected, and does not come back", async () => {
    const { client, heard } = await ready(IOREDIS_DEFAULTS);
    const sent = await loseReply(client);
    client.disconnect();
    await stage.until("it has ended", () => heard.includes("end"));
    await expect(sent.reply).rejects.toThrow("Connection is closed.");
    await expect(client.call("PING")).rejects.toThrow("Connection is closed.");
    expect(heard).toEqual(["close", "end"]);
    await stage.heal();
    await client.connect();
    await stage.until("it is back on request", () => client.status === "ready");
  });
});

test("a connection that is neither made nor refused is given up and tried again", async () => {
  const clock = manualClock();
  const server = new SimulatedRedis({ nowUs: () => 0, runId: "run" });
  const wire = new DirectWire(server);
  wire.isSilent = true;
  const client = new SimulatedClient({ wire, clock, ...CAREFUL });
  await clock.advance(999);
  expect(client.status).toBe("connecting");
  await clock.advance(1);
  expect(client.status).toBe("reconnecting");
  wire.heal();
  await clock.advance(40);
  expect(client.status).toBe("ready");
  expect(clock.pendingTimers).toBe(0);
  // The delays begin anew.
  wire.cut();
  await clock.advance(40);
  expect(client.status).toBe("ready");
});

interface Sent {
  readonly reply: Promise<unknown>;
  readonly isSettled: boolean;
}

/** Sends a command whose end, good or bad, can be waited for. */
function send(client: IoredisClient, command: string, ...operands: string[]): Sent {
  const sent = { reply: client.call(command, ...operands), isSettled: false };
  const settle = (): void => {
    sent.isSettled = true;
  };
  sent.reply.then(settle, settle);
  return sent;
}
