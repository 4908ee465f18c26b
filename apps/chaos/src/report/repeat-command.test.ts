import { expect, test } from "vitest";
import type { RunResult } from "../run/run-result.ts";
import { repeatCommand } from "./repeat-command.ts";

test("the command has everything that decides which faults a run draws", () => {
  const result = {
    ...{ backend: "redis", subject: "verrou", seed: 7, plannedMinutes: 0.5, processCount: 2 },
    askedFaults: ["worker-killed", "flushed"],
  } as unknown as RunResult;
  expect(repeatCommand(result)).toBe(
    "npm run chaos -- --backend redis --peer verrou --faults worker-killed,flushed --processes 2 --seed 7 --minutes 0.5",
  );
  expect(repeatCommand({ ...result, subject: "holdfast", askedFaults: undefined })).toBe(
    "npm run chaos -- --backend redis --processes 2 --seed 7 --minutes 0.5",
  );
});
