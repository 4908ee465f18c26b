import type { Script } from "@holdfast/redis/scripts";
import { type RedisServer, startRedis } from "@holdfast/test-servers";
import { asyncProperty, check } from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { steps } from "./differential/steps.ts";
import { difference } from "./differential/two-servers.ts";
import { type WrongScript, wrongScripts } from "./differential/wrong-scripts.ts";

/** Enough for each mistake, with this seed. */
const RUNS_MAX = 4_000;
const SEED = 5;

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(async () => {
  await server.stop();
});

describe("the comparison of the two servers finds", () => {
  test.each(wrongScripts)("$what", async (wrongScript) => {
    await using client = await server.connect();
    const wrongText = textWith(wrongScript);
    await client.command("SCRIPT", "LOAD", wrongText);
    const textOf = (script: Script) => (script === wrongScript.script ? wrongText : script.text);
    const property = asyncProperty(steps, async (sequence) => {
      expect(await difference(client, sequence, textOf)).toBe(undefined);
    });
    const { failed, counterexample } = await check(property, {
      numRuns: RUNS_MAX,
      seed: SEED,
      endOnFailure: true,
    });
    expect(failed, "no difference was found").toBe(true);
    expect(counterexample).not.toBeNull();
  });
});

/** The script with its mistake. It still has to be Lua: an error of its syntax would be found by anybody. */
function textWith({ script, right, wrong, isLast = false }: WrongScript): string {
  const parts = script.text.split(right);
  const isThere = isLast ? parts.length >= 2 : parts.length === 2;
  if (!isThere) throw new Error(`found ${parts.length - 1} times, not once: ${right}`);
  const after = parts.pop() ?? "";
  return parts.join(right) + wrong + after;
}
