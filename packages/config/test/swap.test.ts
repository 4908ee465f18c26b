import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BACKEND_NAMES, type Backends, startBackends } from "./backends.ts";

const RUN_MS_MAX = 25_000;
const program = fileURLToPath(new URL("swap-program.mjs", import.meta.url));
let backends: Backends;
let wanted: unknown;

beforeAll(async () => {
  backends = await startBackends();
  wanted = await runOn("memory:");
});

afterAll(() => backends?.stop());

/** The same program, told by a variable where its locks are. */
async function runOn(url: string): Promise<unknown> {
  const options = { env: { ...process.env, HOLDFAST_URL: url }, timeout: RUN_MS_MAX };
  const { stdout } = await promisify(execFile)(process.execPath, [program], options);
  return JSON.parse(stdout);
}

test("the program is refused, served in order and told of its loss in memory", () => {
  expect(wanted).toMatchObject({
    results: {
      waitedInVain: "WAIT_TIMEOUT",
      aborted: "ABORTED",
      order: ["a", "b", "c"],
      tokensRise: true,
      successorIsLater: true,
      loss: "LEASE_LOST",
      afterClose: "PROVIDER_CLOSED",
    },
    events: {
      broken: [
        ["granted", "broken"],
        ["wait", "broken"],
        ["lost", "broken", "lost"],
      ],
    },
  });
});

test.each(BACKEND_NAMES)("the same program does the same on %s", async (name) => {
  expect(await runOn(backends.urls[name])).toEqual(wanted);
});
