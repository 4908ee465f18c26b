import { resolve } from "node:path";
import { UsageError } from "@holdfast/command-line";
import { expect, test } from "vitest";
import { readWebFlags } from "./web-flags.ts";

const TOKEN = { HOLDFAST_BENCH_TOKEN: "long-enough-to-be-a-token" };

test("without a flag it listens on a free port of this machine alone", () => {
  expect(readWebFlags(["--"], {})).toEqual({
    port: undefined,
    host: "127.0.0.1",
    token: undefined,
    folder: resolve(".holdfast/bench-web"),
    urls: [],
  });
});

test("with a token of the user's it listens wherever that wants", () => {
  const args = ["--host", "0.0.0.0", "--port", "8080", "--url", "redis://one", "--url=redis://two"];
  expect(readWebFlags(args, TOKEN)).toMatchObject({
    port: 8080,
    host: "0.0.0.0",
    token: TOKEN.HOLDFAST_BENCH_TOKEN,
    urls: ["redis://one", "redis://two"],
  });
});

test("help is wanted by either flag", () => {
  expect(readWebFlags(["--help"], {})).toBeUndefined();
  expect(readWebFlags(["-h"], {})).toBeUndefined();
});

test.each([
  [["--host", "0.0.0.0"], {}, /--host lets others in, .* set HOLDFAST_BENCH_TOKEN/],
  [["--host", "0.0.0.0"], { HOLDFAST_BENCH_TOKEN: "short" }, /takes 16 or more letters/],
  [[], { HOLDFAST_BENCH_TOKEN: "sixteen letters&more" }, /takes 16 or more letters/],
  [["--port", "http"], {}, /--port takes a whole number from 0 to 65535, not "http"/],
  [["--port", "65536"], {}, /--port takes/],
  [["--prot", "1"], {}, /'--prot'; flags are --port/],
  [["stray"], {}, /'stray'.*; flags are/],
  [["--url", "mongo://u:secret@one"], {}, /number 1 begins with mongo/],
])("%j is refused", (args, env, message) => {
  expect(() => readWebFlags(args, env)).toThrow(UsageError);
  expect(() => readWebFlags(args, env)).toThrow(message);
  expect(() => readWebFlags(args, env)).not.toThrow(/secret/);
});
