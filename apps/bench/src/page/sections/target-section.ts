import type { Judgement, Verdict } from "../../gates/judgement.ts";
import { targetsOf } from "../../gates/targets-of.ts";
import { judgementText, reasonsOf } from "../../report/judgement-text.ts";
import type { Report } from "../../report/report.ts";
import { scenarios } from "../../scenarios.ts";
import { html, type Markup } from "../markup.ts";
import { scrolled } from "../scrolled.ts";

const CLASSES: Readonly<Record<Verdict, string>> = {
  holds: "holds",
  misses: "misses",
  "too noisy": "noisy",
  "not measured": "absent",
};

/** Holdfast's own targets: every row that applies with what was measured, and why others do not. */
export function targetSection(report: Report): Markup {
  const judgements = targetsOf(report);
  const measured = judgements.filter((judgement) => judgement.measured !== undefined);
  const absent = judgements.filter((judgement) => judgement.measured === undefined);
  return html`<section aria-labelledby="targets"><h2 id="targets">Holdfast’s own targets</h2>
<p>${countsOf(judgements)} ${
    report.gates === undefined
      ? "Judged by the figures of this run, which was not made to judge them: a run with --gate is."
      : undefined
  }</p>
${measured.length === 0 ? undefined : scrolled("Targets", table(measured))}
${reasonList(measured)}${
  absent.length === 0
    ? undefined
    : html`<details><summary>Rows without a figure <small>${absent.length}</small></summary>${reasonList(absent)}</details>`
}</section>`;
}

function table(judgements: readonly Judgement[]): Markup {
  return html`<table class="targets"><thead><tr>${[
    "Row",
    "What",
    "Median",
    "Interval",
    "Rounds",
    "Must",
    "Stretch",
    "Verdict",
  ].map((title) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${judgements.map(
    (judgement) => {
      const { what, median, interval, rounds, must, stretch } = judgementText(scenarios, judgement);
      return html`<tr><th scope="row">${judgement.row.id}</th><td class="words">${what}</td><td>${median}</td><td>${interval}</td><td>${rounds}</td><td>${must}</td><td>${stretch}</td><td><span class="verdict ${CLASSES[judgement.verdict]}">${judgement.verdict}</span></td></tr>`;
    },
  )}</tbody></table>`;
}

function reasonList(judgements: readonly Judgement[]): Markup | undefined {
  const reasons = reasonsOf(judgements);
  if (reasons.length === 0) return undefined;
  return html`<ul class="note">${reasons.map(
    ({ ids, why }) => html`<li><b>${ids.join(", ")}</b>: ${why}</li>`,
  )}</ul>`;
}

function countsOf(judgements: readonly Judgement[]): string {
  const counts = (Object.keys(CLASSES) as Verdict[]).map((verdict) => {
    const count = judgements.filter((judgement) => judgement.verdict === verdict).length;
    return `${count} ${verdict}`;
  });
  return `${counts.join(", ")}.`;
}
