import type { CommandSpec, FlagSpec } from "./command-spec.ts";

/** What `holdfast --help` prints. */
export function helpText(commands: readonly CommandSpec[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const rows = commands.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`);
  return `Distributed locks for the shell.

Usage: holdfast COMMAND [flags]

${rows.join("\n")}

Examples
  HOLDFAST_URL=redis://localhost:6379 holdfast run nightly-report --no-wait -- ./report.sh
  holdfast inspect nightly-report --url postgres://localhost/app

The backend is a URL (memory: redis: redlock: postgres: etcd: quorum:), by --url or HOLDFAST_URL, or
is named in holdfast.config.json. A URL with a password belongs in HOLDFAST_URL: others can see flags.
holdfast COMMAND --help says more about one of them.
`;
}

/** What `holdfast COMMAND --help` prints. */
export function commandHelpText({
  name,
  usage,
  about,
  flags,
  notes,
  examples,
}: CommandSpec): string {
  const parts = [
    `${about[0]?.toUpperCase()}${about.slice(1)}.`,
    `Usage: holdfast ${name} ${usage}`,
    flagList(flags),
    ...(notes === undefined ? [] : [notes]),
    `Examples\n${examples.map((example) => `  ${example}`).join("\n")}`,
  ];
  return `${parts.join("\n\n")}\n`;
}

function flagList(flags: Readonly<Record<string, FlagSpec>>): string {
  const heads = Object.entries(flags).map(([flag, { value, about }]) => ({
    head: `--${flag}${value === undefined ? "" : ` ${value}`}`,
    about,
  }));
  const width = Math.max(...heads.map(({ head }) => head.length));
  return heads.map(({ head, about }) => `  ${head.padEnd(width)}  ${about}`).join("\n");
}
