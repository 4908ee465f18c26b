import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";

const MODULE = new URL("../dist/index.js", import.meta.url).href;
/** Two signals within this are one Ctrl-C. */
const SAME_MS = 500;
const AGAIN_MS = 50;

/** A program that runs until it is ended, after it did what `onAbort` says. */
async function start({ before = "", onAbort = "" }): Promise<ChildProcess> {
  const source = `
    import { Interruption } from ${JSON.stringify(MODULE)};
    const interruption = new Interruption();
    const work = setInterval(() => {}, 1_000);
    interruption.signal.addEventListener("abort", () => {
      process.stdout.write("aborted");
      ${onAbort}
    });
    ${before}
    process.stdout.write("ready");
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await told(child, "ready");
  return child;
}

async function told(child: ChildProcess, word: string): Promise<void> {
  const [text] = await once(child.stdout ?? child, "data");
  expect(String(text)).toBe(word);
}

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s aborts the run, which ends in its own time with %i", async (signal, code) => {
  const onAbort = "clearInterval(work); process.exitCode = interruption.exitCode;";
  const child = await start({ onAbort });
  child.kill(signal);
  await told(child, "aborted");
  expect(await once(child, "exit")).toEqual([code, null]);
});

test("a second Ctrl-C ends a program that does not stop, an echo of the first does not", async () => {
  const child = await start({});
  child.kill("SIGINT");
  await told(child, "aborted");
  const abortedAtMs = performance.now();
  const again = setInterval(() => child.kill("SIGINT"), AGAIN_MS);
  const exit = await once(child, "exit").finally(() => clearInterval(again));
  expect(exit).toEqual([130, null]);
  // The child's clock began a little earlier, when it was told.
  expect(performance.now() - abortedAtMs).toBeGreaterThan(SAME_MS - 2 * AGAIN_MS);
});

test("a signal has its own effect again once nobody listens for it", async () => {
  const child = await start({ before: "interruption[Symbol.dispose]();" });
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([null, "SIGINT"]);
});
