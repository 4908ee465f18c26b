import { UsageError } from "@holdfast/command-line";
import { cac } from "cac";
import { BROKEN_CASES } from "./broken-cases.ts";
import { exploreCase, type ModelCase } from "./model-case.ts";
import { brokenTable, counterexampleText, type Explored, soundTable } from "./models-report.ts";
import { BROKEN_QUEUE_CASES, DEEP_QUEUE_CASES, SOUND_QUEUE_CASES } from "./queue/queue-cases.ts";
import { DEEP_CASES, SOUND_CASES } from "./sound-cases.ts";

const TABLES: readonly ModelCase[] = [
  ...SOUND_CASES,
  ...SOUND_QUEUE_CASES,
  ...BROKEN_CASES,
  ...BROKEN_QUEUE_CASES,
];
const DEEP: readonly ModelCase[] = [...DEEP_CASES, ...DEEP_QUEUE_CASES];
const CASES: readonly ModelCase[] = [...TABLES, ...DEEP];
const HELP = `Explores the small models of the quorum and of the queue exhaustively and prints what came of it.

Usage: npm run sim -- models [--deep] [case ...]

  --deep   wider bounds, a minute or two each, instead of the tables of docs/models.md
  case     only these, each with its counterexample step by step:
           ${CASES.map(({ id }) => id).join("\n           ")}
`;

/**
 * The command `models`, after its name. Prints tables, or the cases named; gives the exit code, 1 when one did
 * not come out as it must. Throws a {@link UsageError} for a case or flag that it does not know.
 */
export function modelsCommand(args: readonly string[]): number {
  const parser = cac("models").option("--deep", "").option("-h, --help", "");
  const { args: ids, options } = parser.parse(["node", "models", ...args], { run: false });
  if (options["help"] === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const { "--": _, deep: isDeep, ...unknown } = options;
  const stray = ids.find((id) => CASES.every((modelCase) => modelCase.id !== id));
  const [unknownFlag] = Object.keys(unknown);
  if (stray !== undefined) throw new UsageError(`no model "${stray}"; models --help names them`);
  if (unknownFlag !== undefined) throw new UsageError(`models has no flag --${unknownFlag}`);
  if (ids.length > 0) return show(CASES.filter(({ id }) => ids.includes(id)));
  return tabulate(isDeep === true ? DEEP : TABLES);
}

function show(modelCases: readonly ModelCase[]): number {
  const explored: Explored[] = [];
  for (const modelCase of modelCases) {
    const exploration = exploreCase(modelCase);
    const { stateCount, counterexample } = exploration;
    const words =
      counterexample === undefined ? "No violation." : counterexampleText(counterexample);
    const states = `${stateCount.toLocaleString("en-US")} states`;
    process.stdout.write(`${modelCase.id}: ${modelCase.title}\n${states}\n${words}\n\n`);
    explored.push({ modelCase, exploration });
  }
  return exitCodeOf(explored);
}

function tabulate(modelCases: readonly ModelCase[]): number {
  const all: Explored[] = modelCases.map((modelCase) => ({
    modelCase,
    exploration: exploreCase(modelCase),
  }));
  const sound = all.filter(({ modelCase }) => !modelCase.isBroken);
  const broken = all.filter(({ modelCase }) => modelCase.isBroken);
  process.stdout.write(`${soundTable(sound)}\n\n${brokenTable(broken)}\n`);
  return exitCodeOf(all);
}

function exitCodeOf(all: readonly Explored[]): number {
  const isAsMeant = all.every(({ modelCase, exploration }) => {
    return modelCase.isBroken === (exploration.counterexample !== undefined);
  });
  return isAsMeant ? 0 : 1;
}
