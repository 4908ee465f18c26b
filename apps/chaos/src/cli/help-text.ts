import type { Fault } from "../fault.ts";
import { faults } from "../faults.ts";
import type { BackendName } from "../ground.ts";
import { grounds } from "../grounds.ts";
import { subjects } from "../subjects.ts";

/** What `--help` prints. */
export const helpText: string = `Real processes take locks on real servers while both are broken on purpose. What every holder saw is recorded,
and checked afterwards: did two ever rely on one lock, was a write lost, was anything left?

Usage: npm run chaos -- [flags]

  --backend NAME   where the locks are: ${grounds.map(({ backend }) => backend).join(", ")} (default: redis)
  --minutes m      how long (default: 1)
  --seed s         which faults in which order (default: drawn, and printed)
  --peer ID        another library instead of Holdfast (see --list), or the file of a module
                   that exports a subject
  --faults a,b     only these (default: all that no promise excludes; see --list)
  --processes n    worker processes, each with two clients and two threads on each (default: 4)
  --json FILE      write the result there too
  --html FILE      write a page there too, which needs nothing beside it
  --history FOLDER keep the history there, for npm run history (default: only when something is found)
  --ledger         add the run to apps/chaos/ledger.jsonl (sources must be committed)

  --list           show backends, libraries and faults
  --help           show this

A seed draws the same faults again; what processes and servers make of them depends on their timing. The exit
code is 1 when something was found, 70 when the run itself could not go on. It starts its own servers and ends
them. Ctrl-C ends it early, and prints what was found so far.
`;

/** What `--list` prints. */
export function listText(): string {
  const drawn = faults.filter(({ leftOut }) => leftOut === undefined);
  const excluded = faults.filter(({ leftOut }) => leftOut !== undefined);
  return [
    `Backends\n${column(grounds.map(({ backend, about }) => [backend, about]))}`,
    `Libraries (--peer)\n${column(subjects.map(({ id, about, backends }) => [id, `${about} (${backendList(backends)})`]))}`,
    `Faults\n${column(drawn.map(faultLine))}`,
    ...(excluded.length === 0
      ? []
      : [
          `Faults that are drawn only when --faults names them\n${column(excluded.map(faultLine))}`,
        ]),
  ].join("\n");
}

function backendList(backends: readonly BackendName[]): string {
  return backends.join(", ");
}

function faultLine({ id, about, leftOut }: Fault): readonly [string, string] {
  return [id, leftOut === undefined ? about : `${about}: ${leftOut}`];
}

function column(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([id]) => id.length));
  return rows.map(([id, about]) => `  ${id.padEnd(width)}  ${about}\n`).join("");
}
