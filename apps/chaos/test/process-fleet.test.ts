import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { hostClock, MemoryRecorder } from "@holdfast/history";
import { expect, test } from "vitest";
// The built one: workers are programs of their own.
import { ProcessFleet } from "../dist/run/process-fleet.js";
import { ResourceServer } from "../src/resource/resource-server.ts";

const LATE_SUBJECT = fileURLToPath(new URL("late-subject.mjs", import.meta.url));

test("a process that rejects after it has closed is blamed, once", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "holdfast-chaos-test-"));
  const resourcePath = path.join(folder, "resource.sock");
  const blamed: string[] = [];
  try {
    await using _resource = await ResourceServer.start(resourcePath);
    const clock = hostClock({});
    const fleet = new ProcessFleet({
      size: 1,
      planOf: (process) => ({
        ...{ process, role: "work", subject: LATE_SUBJECT, backend: "redis", urls: [], seed: 1 },
        ...{ clientCount: 1, threadCount: 1, names: ["orders"], ttlsMs: [500], probeWaitMs: 1 },
        ...{ resourcePath, historyFile: path.join(folder, "w.jsonl") },
      }),
      env: clock.env,
      recorder: new MemoryRecorder(clock.nowNs),
      signal: new AbortController().signal,
      blame: (rule, message) => void blamed.push(`${rule}: ${message}`),
    });
    await fleet.ready();
    await fleet.close();
  } finally {
    await rm(folder, { recursive: true });
  }
  expect(blamed).toEqual([
    expect.stringMatching(/^background: process w1 ended with 1 as it closed: Error: too late/),
  ]);
}, 60_000);
