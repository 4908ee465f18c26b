import { scenarios } from "../scenarios.ts";
import { strategies } from "../strategies.ts";
import type { Report } from "./report.ts";

/** What to type to make a run like this one. A result of before that was written down names its parts. */
export function repeatCommand(report: Report): string {
  const flags = report.flags ?? derivedFlags(report);
  return ["npm run bench --", ...flags.map(quoted)].join(" ");
}

/** Peers by the one flag; where gates are judged, their rows say which scenarios. */
function derivedFlags({ results, gates, notForGating }: Report): readonly string[] {
  const isThere = (place: "strategy" | "scenario", id: string): boolean =>
    results.some((result) => result[place] === id);
  const there = strategies.filter(({ id }) => isThere("strategy", id));
  const own = there.filter(({ isPeer }) => isPeer !== true).map(({ id }) => id);
  const asked = scenarios.filter(({ id }) => isThere("scenario", id)).map(({ id }) => id);
  return [
    ...(notForGating ? ["--quick"] : []),
    ...(gates === undefined ? [] : ["--gate"]),
    ...["--strategies", own.join(",")],
    ...(own.length < there.length ? ["--peers"] : []),
    ...(gates === undefined ? ["--scenarios", asked.join(",")] : []),
  ];
}

/** As a shell wants it. */
function quoted(flag: string): string {
  return /^[\w,./:=@*[\]-]+$/.test(flag) ? flag : `'${flag.replaceAll("'", String.raw`'\''`)}'`;
}
