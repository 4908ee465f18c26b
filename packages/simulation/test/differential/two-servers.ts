import { INSPECT, type Script } from "@holdfast/redis/scripts";
import type { RedisServer } from "@holdfast/test-servers";
import { SimulatedRedis } from "../../src/redis/simulated-redis.ts";
import { type Asked, commandOf, type Memory } from "./commands.ts";
import { isSameExpiry, isSameInspection, isSameReply } from "./comparison.ts";
import type { Step } from "./steps.ts";
import { PUBLISHED, toldTimeArgs, withToldTime } from "./told-time.ts";

type RealClient = Awaited<ReturnType<RedisServer["connect"]>>;

/** What the real server runs in the place of each script: the script itself, or one that is wrong. */
export type TextOf = (script: Script) => string;

interface Exchange {
  readonly asked: Asked;
  readonly nowUs: number;
  readonly reply: unknown;
}

const STARTED_US = 1_700_000_000_000_000;

/**
 * Does the same steps to a simulated and a real server. Returns the first difference of their replies,
 * or of the keys that are left, in words; undefined when there is none.
 */
export async function difference(
  client: RealClient,
  steps: readonly Step[],
  textOf: TextOf = ({ text }) => text,
): Promise<string | undefined> {
  const { exchanges, server, published } = simulate(steps);
  const cleared = [client.command("FLUSHALL"), client.command("SCRIPT", "FLUSH")];
  const replies = await Promise.all(
    exchanges.map((exchange) =>
      client.command(...toRealServer(exchange, textOf)).catch((error: unknown) => error),
    ),
  );
  await Promise.all(cleared);
  for (const [at, { asked, reply }] of exchanges.entries()) {
    const isSame = asked.script === INSPECT ? isSameInspection : isSameReply;
    if (!isSame(reply, replies[at])) {
      return `${shortened(asked)}: simulated ${show(reply)}, real ${show(replies[at])}`;
    }
  }
  const realPublished = await client.command("LRANGE", PUBLISHED, "0", "-1");
  await client.command("DEL", PUBLISHED);
  if (!isSameReply(published, realPublished)) {
    return `published: simulated ${show(published)}, real ${show(realPublished)}`;
  }
  return await keyDifference(client, server);
}

interface Simulated {
  readonly exchanges: readonly Exchange[];
  readonly server: SimulatedRedis;
  /** What was published since everything was flushed. */
  readonly published: readonly string[];
}

/** Does the steps to a simulated server; a hash that it does not know is followed by the text. */
function simulate(steps: readonly Step[]): Simulated {
  let memory: Memory = { nowUs: STARTED_US, firstMarker: "", lastMarker: "", incarnation: "" };
  let published: string[] = [];
  const onPublish = (channel: string, message: string): void => {
    published.push(`${channel} ${message}`);
  };
  const server = new SimulatedRedis({ nowUs: () => memory.nowUs, runId: "run", onPublish });
  const exchanges: Exchange[] = [];
  const ask = (asked: Asked): unknown => {
    const reply = server.execute(asked.command);
    exchanges.push({ asked, nowUs: memory.nowUs, reply });
    return reply;
  };
  for (const step of steps) {
    if (step.kind === "tick") memory = { ...memory, nowUs: memory.nowUs + step.byUs };
    if (step.kind === "flushAll") published = [];
    const asked = commandOf(step, memory);
    if (asked === undefined) continue;
    const reply = ask(asked);
    memory = remembering(memory, step, isNoScript(reply) ? ask(inFull(asked)) : reply);
  }
  return { exchanges, server, published };
}

function isNoScript(reply: unknown): boolean {
  return reply instanceof Error && reply.message.startsWith("NOSCRIPT");
}

function inFull({ command, script }: Asked): Asked {
  if (script === undefined) throw new Error("only a script can be unknown");
  return { command: ["eval", script.text, ...command.slice(2)], script };
}

function remembering(memory: Memory, step: Step, reply: unknown): Memory {
  if (!Array.isArray(reply)) return memory;
  const [first, second] = reply as string[];
  if (step.kind === "inspect") return { ...memory, incarnation: second ?? "" };
  if (step.kind !== "join") return memory;
  const marker = first ?? "";
  return { ...memory, lastMarker: marker, firstMarker: memory.firstMarker || marker };
}

/** The command with the text that the real server runs, and the time that its script is told. */
function toRealServer({ asked, nowUs }: Exchange, textOf: TextOf): readonly string[] {
  const { command, script } = asked;
  if (script === undefined) return command;
  const told = withToldTime(textOf(script));
  const [verb = "", , ...operands] = command;
  const known = verb === "evalsha" ? told.sha : told.text;
  return [verb, known, ...operands, ...toldTimeArgs(nowUs)];
}

async function keyDifference(
  client: RealClient,
  server: SimulatedRedis,
): Promise<string | undefined> {
  const simulatedKeys = [...server.keys()].sort();
  const realKeys = [...((await client.command("KEYS", "*")) as string[])].sort();
  if (!isSameReply(simulatedKeys, realKeys)) {
    return `keys left: simulated ${show(simulatedKeys)}, real ${show(realKeys)}`;
  }
  const found = await Promise.all(
    realKeys.map(async (key) => {
      const command = readingOf(key);
      const [simulated, real] = [server.execute(command), await valueAt(client, command)];
      if (!isSameReply(simulated, real)) {
        return `${key}: simulated ${show(simulated)}, real ${show(real)}`;
      }
      const simulatedMs = Number(server.execute(["PTTL", key]));
      const realMs = Number(await client.command("PTTL", key));
      if (isSameExpiry(simulatedMs, realMs)) return undefined;
      return `${key}: expires in ${simulatedMs} ms simulated, in ${realMs} ms real`;
    }),
  );
  return found.find((problem) => problem !== undefined);
}

/** The command that reads what is usually there. */
function readingOf(key: string): readonly string[] {
  if (key.endsWith(":q")) return ["ZRANGE", key, "0", "-1", "WITHSCORES"];
  return key.endsWith(":w") ? ["HGETALL", key] : ["GET", key];
}

async function valueAt(client: RealClient, command: readonly string[]): Promise<unknown> {
  return await client.command(...command).catch((error: unknown) => error);
}

/** Of a script the first line. */
function shortened({ command, script }: Asked): string {
  const words =
    script === undefined ? command : [script.text.split("\n", 1)[0], ...command.slice(2)];
  return JSON.stringify(words);
}

function show(value: unknown): string {
  return value instanceof Error ? value.message : JSON.stringify(value);
}
