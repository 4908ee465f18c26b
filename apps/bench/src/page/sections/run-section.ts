import { repeatCommand } from "../../report/repeat-command.ts";
import type { Report } from "../../report/report.ts";
import { html, type Markup } from "../markup.ts";
import { scrolled } from "../scrolled.ts";

/** Where and how it was measured, and how to do it again. */
export function runSection(report: Report): Markup {
  const { machine, versions, startedAt, givenServers } = report;
  const facts: readonly (readonly [string, string])[] = [
    ["processor", `${machine.cpu}, ${machine.cores} cores (${machine.arch})`],
    ["memory", `${machine.memoryGib} GiB`],
    ["system", machine.os],
    ["load before", String(machine.loadBefore)],
    ["pinned", pinningOf(report)],
    ...(startedAt === undefined ? [] : ([["started", startedAt]] as const)),
    ...(givenServers === undefined
      ? []
      : ([["servers", `given: ${givenServers.urls.join(", ")}`]] as const)),
    ...Object.entries(versions),
  ];
  return html`<section aria-labelledby="run"><h2 id="run">Machine and command</h2>
${scrolled("Command", html`<pre><code>${repeatCommand(report)}</code></pre>`)}
<p>Add <code>--json FILE</code> for the figures, <code>--html FILE</code> for this page, <code>--gate</code> to judge the targets, <code>--compare OLD.json</code> to see what changed since.</p>
<dl>${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}

function pinningOf({ machine: { pinnedCore, serverPinned } }: Report): string {
  if (pinnedCore === null) return "no";
  return `${serverPinned === true ? "clients and servers" : "clients"} to core ${pinnedCore}`;
}
