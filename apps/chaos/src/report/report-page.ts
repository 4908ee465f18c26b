import { html, Markup } from "@holdfast/bench/page/markup";
import { pageStyle } from "@holdfast/bench/page/page-style";
import { type CheckerName, timelineOf, timelineSvg } from "@holdfast/history";
import { faults } from "../faults.ts";
import { type Problem, runRules } from "../run/problem.ts";
import type { Finished, RunResult } from "../run/run-result.ts";
import { countsBy } from "./counts-by.ts";
import { faultRows } from "./fault-rows.ts";
import { repeatCommand } from "./repeat-command.ts";
import { ruleWords } from "./rule-words.ts";
import { figuresOf, headline } from "./run-words.ts";

/** Of one rule; the count says how many more there are. */
const SHOWN_PER_RULE_MAX = 5;
const XML_HEAD = /^<\?xml[^>]*>\s*/;

/** The whole run as one page that needs nothing else: no script, no font, no picture from elsewhere. */
export function reportPage({ result, history }: Finished): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>Locks under faults</title>
<style>${new Markup(pageStyle)}
.report .timeline { overflow-x: auto; margin: 12px 0; }
.report .timeline svg { display: block; max-width: none; }</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header><h1>Locks under faults</h1>
<p>${headline(result)}</p></header>
<main id="main"><div class="report">
${verdictSection(result)}
${timelineSection({ result, history })}
${faultSection(result)}
${runSection(result)}
</div></main>
<footer><p>Made by the chaos runs of Holdfast. Real processes and servers, all on one machine.</p></footer>
</body>
</html>
`;
  return page.toString();
}

function verdictSection({ problems, brokenOff, isComplete, undecided }: RunResult): Markup {
  const rules = Object.keys(countsBy(problems, ({ rule }) => rule));
  const warnings = [
    ...(brokenOff === undefined ? [] : [`The run broke off: ${brokenOff}`]),
    ...(isComplete || brokenOff !== undefined ? [] : ["The run was ended early."]),
    ...(undecided.length === 0
      ? []
      : [`No order of events was found, nor that there is none: ${undecided.join(", ")}`]),
  ];
  return html`<section aria-labelledby="found"><h2 id="found">What was found</h2>
${warnings.map((warning) => html`<p class="warning" role="note">${warning}</p>`)}
${rules.length === 0 ? html`<p class="holds">Nothing: no checker found anything, and nothing was left.</p>` : undefined}
${rules.map((rule) => ruleDetails(rule, problems))}
</section>`;
}

function ruleDetails(rule: string, problems: readonly Problem[]): Markup {
  const shown = problems.filter((problem) => problem.rule === rule).slice(0, SHOWN_PER_RULE_MAX);
  const words = ({ name, message }: Problem): string =>
    name === "" ? message : `${name}: ${message}`;
  const meaning = runRules[rule];
  return html`<details open><summary class="misses">${ruleWords(rule, problems)}</summary>
${meaning === undefined ? undefined : html`<p class="note">${meaning}</p>`}
${shown.map((problem) => html`<p class="reason">${words(problem)}</p>`)}
</details>`;
}

/** The first problem that a history can show. */
function timelineSection({ result, history }: Finished): Markup | undefined {
  const first = result.problems.find(({ events, name }) => events.length > 0 && name !== "");
  if (first === undefined) return undefined;
  const { rule, name, message, events } = first;
  const drawing = timelineSvg(
    timelineOf(history, { checker: rule as CheckerName, name, message, events }),
  );
  return html`<section aria-labelledby="first"><h2 id="first">The first of them</h2>
<p>A lane for each holder: light where it may have had the lock, solid where it relied on it; bands are faults.</p>
<div class="timeline" tabindex="0" role="group" aria-label="The first violation, drawn">${new Markup(drawing.replace(XML_HEAD, ""))}</div>
</section>`;
}

function faultSection({ faults: inflicted, leftOut }: RunResult): Markup {
  const rows = faultRows(inflicted).map(
    ({ id, count, seconds }) =>
      html`<tr><th scope="row">${id}</th><td>${count}</td><td>${seconds.toFixed(1)}</td><td class="words">${aboutOf(id)}</td></tr>`,
  );
  const notes = leftOut.map(({ id, why }) => html`<p class="note">Not done: ${id}: ${why}</p>`);
  return html`<section aria-labelledby="faults"><h2 id="faults">What was broken</h2>
<div class="scrolled" tabindex="0" role="group" aria-label="Faults"><table>
<thead><tr><th scope="col">Fault</th><th scope="col">Times</th><th scope="col">Seconds in all</th><th scope="col">What happens</th></tr></thead>
<tbody>${rows}</tbody></table></div>
${notes}
</section>`;
}

function aboutOf(id: string): string | undefined {
  return faults.find((fault) => fault.id === id)?.about;
}

function runSection(result: RunResult): Markup {
  const figures = figuresOf(result).map(
    ([what, figure]) => html`<div><dt>${what}</dt><dd>${figure}</dd></div>`,
  );
  return html`<section aria-labelledby="run"><h2 id="run">The run</h2>
<dl>${figures}</dl>
<p>The same faults again:</p>
<div class="scrolled" tabindex="0" role="group" aria-label="The command"><pre>${repeatCommand(result)}</pre></div>
</section>`;
}
