import { PassThrough } from "node:stream";
import { expect, test, vi } from "vitest";
import { contended } from "../scenarios/contended.ts";
import { createProgress } from "./progress.ts";

/** A terminal as far as a progress bar asks for one. */
function terminal(): { readonly stream: NodeJS.WriteStream; readonly text: () => string } {
  let text = "";
  const stream = new PassThrough().on("data", (bytes: Buffer) => {
    text += bytes.toString();
  });
  return {
    stream: Object.assign(stream, { isTTY: true, columns: 200 }) as unknown as NodeJS.WriteStream,
    text: () => text,
  };
}

test("a terminal sees how far the run is, and the last figure with those before it", async () => {
  vi.stubEnv("TERM", "xterm-256color");
  const { stream, text } = terminal();
  const progress = await createProgress(stream);
  const [variant] = contended.variants;
  if (variant === undefined) throw new Error("contended has no variant");
  progress.onVariant(contended, variant, 6);
  progress.onSlice("redis-ioredis");
  progress.onSample("redis-ioredis", { switchesPerSecond: 400 });
  progress.onSlice("verrou");
  progress.onSample("verrou", { switchesPerSecond: 50 });
  progress.onSlice("redis-ioredis");
  progress.onSample("redis-ioredis", { switchesPerSecond: 800 });
  await expect.poll(text).toContain("2/6 contended");
  await expect.poll(text).toContain("(redis-ioredis: switches /s 800 ▅█)");
  progress.stop();
  vi.unstubAllEnvs();
});
