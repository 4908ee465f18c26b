import { grounds } from "./grounds.ts";
import { Conductor } from "./run/conductor.ts";

const [backend = "redis", minutes = "0.2", seed = "1", subject = "holdfast"] =
  process.argv.slice(2);
const ground = grounds.find((kind) => kind.backend === backend);
if (ground === undefined) throw new Error("no ground");
const controller = new AbortController();
process.on("SIGINT", () => controller.abort());
const { result } = await Conductor.run(
  {
    ground,
    subject,
    seed: Number(seed),
    minutes: Number(minutes),
    processCount: 4,
    faults: undefined,
    historyFolder: undefined,
  },
  controller.signal,
  { say: (text) => console.error(text), update: () => {} },
);
const { faults, problems, ...rest } = result;
console.log(
  JSON.stringify({ ...rest, faults: faults.length, problems: problems.length }, undefined, 1),
);
for (const { rule, name, message } of problems.slice(0, 30)) console.log(rule, name, message);
