import { scenarios } from "../scenarios.ts";
import { strategies } from "../strategies.ts";
import type { Report } from "./report.ts";

/** What to type to make a run like this one. A result of before it was written down names its parts. */
export function repeatCommand(report: Report): string {
  const flags = report.flags ?? derivedFlags(report);
  return ["npm run bench --", ...flags.map(quoted)].join(" ");
}

function derivedFlags({ results, gates, notForGating }: Report): readonly string[] {
  const named = (known: readonly { readonly id: string }[], ids: readonly string[]): string =>
    known
      .map(({ id }) => id)
      .filter((id) => ids.includes(id))
      .join(",");
  return [
    ...(notForGating ? ["--quick"] : []),
    ...(gates === undefined ? [] : ["--gate"]),
    ...[
      "--strategies",
      named(
        strategies,
        results.map(({ strategy }) => strategy),
      ),
    ],
    ...[
      "--scenarios",
      named(
        scenarios,
        results.map(({ scenario }) => scenario),
      ),
    ],
  ];
}

/** As a shell wants it. */
function quoted(flag: string): string {
  return /^[\w,./:=@*[\]-]+$/.test(flag) ? flag : `'${flag.replaceAll("'", String.raw`'\''`)}'`;
}
