import { topologies } from "../run/topology.ts";

/** What `--help` prints. */
export const helpText: string = `Runs Holdfast in simulated worlds, where everything goes wrong that may, and looks whether it keeps its promises.

Usage: npm run sim -- [flags]
       npm run sim -- models [--deep] [case ...]   the exhaustive models (docs/models.md)

  --seeds n        how many worlds (default: 1,000; with --seed alone: 1)
  --seed s         the first world; the others follow it (default: drawn, and printed)
  --minutes m      go on for so long instead
  --topology t     only worlds with this backend: ${topologies.join(", ")}
  --jobs n         threads to run on (default: one a core)
  --trace          print everything that happens in one world
  --ledger         add what was run to packages/simulation/ledger.jsonl (sources must be committed)
  --json FILE      write the result there too
  --help           show this

A world follows from its seed alone, on every machine and every version of Node. One that goes wrong is
printed with what was wrong and the command that shows it again; the exit code is then 1. Ctrl-C ends the
run early and prints what was run so far.
`;
