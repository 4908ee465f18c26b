import { repeatCommand } from "../report/repeat-command.ts";
import type { Report } from "../report/report.ts";

/** The software that is named beside the machine, where a run has it. */
const NAMED: readonly (readonly [key: string, name: string])[] = [
  ["node", "Node"],
  ["redis-server", "Redis"],
  ["postgres", "PostgreSQL"],
  ["etcd", "etcd"],
];

/** Where figures come from: the file, its machine and its command. */
export function sourceText(report: Report, link: string): string {
  const { machine, versions } = report;
  const software = NAMED.flatMap(([key, name]) =>
    versions[key] === undefined ? [] : [`${name} ${versions[key]}`],
  );
  const pinned = machine.pinnedCore === null ? "" : ", clients and servers on one of them";
  return [
    `${machine.cores} cores of ${machine.cpu}${pinned}, ${machine.os.replace(/ \(linux .*/, "")}, ${software.join(", ")}.`,
    `All of it: [the result](${link}). Again: \`${repeatCommand(report)}\``,
  ].join("\n");
}
