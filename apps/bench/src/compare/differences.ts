import type { Machine } from "../report/machine.ts";
import type { Report } from "../report/report.ts";

/** What of a machine matters to its figures; the load before a run is only noise. */
const TRAITS: readonly (keyof Machine)[] = [
  ...(["cpu", "cores", "memoryGib", "os", "arch"] as const),
  "serverPinned",
];

/** How two runs differ other than by what they measured, a sentence each. */
export function differencesOf({
  before,
  after,
}: {
  readonly before: Report;
  readonly after: Report;
}): readonly string[] {
  const machine = TRAITS.flatMap((trait) =>
    change(`machine: ${trait}`, before.machine[trait], after.machine[trait]),
  );
  const names = [...new Set([...Object.keys(before.versions), ...Object.keys(after.versions)])];
  const versions = names.flatMap((name) =>
    change(name, before.versions[name], after.versions[name]),
  );
  const unfit = [...quickness("before", before), ...quickness("after", after)];
  return [...machine, ...versions, ...unfit];
}

function change(what: string, before: unknown, after: unknown): readonly string[] {
  if (before === after) return [];
  return [`${what} ${String(before ?? "absent")} → ${String(after ?? "absent")}`];
}

function quickness(which: string, { notForGating, complete }: Report): readonly string[] {
  return [
    ...(notForGating ? [`the run ${which} was quick`] : []),
    ...(complete ? [] : [`the run ${which} was interrupted`]),
  ];
}
