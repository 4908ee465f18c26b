import type { Report } from "../../report/report.ts";
import { type Candidate, type Choice, choicesOf } from "../choices.ts";
import { familyOf } from "../family.ts";
import { medianText } from "../figure-text.ts";
import { html, type Markup } from "../markup.ts";

/** What to choose when, from the measured rows alone. */
export function choiceSection(report: Report): Markup | undefined {
  const choices = choicesOf(report);
  if (choices.length === 0) return undefined;
  const grounds = [...new Map(choices.map(({ ground }) => [ground.id, ground])).values()];
  return html`<section aria-labelledby="choose"><h2 id="choose">What to choose when</h2>
<p>The best median for each question among all locks that were measured on the same servers. Where the rounds of others overlap with the best ones, the run does not tell them apart, and they are named as well.</p>
${grounds.map(
  ({ id, title }) => html`<h3>A lock ${title}</h3>
<ul class="choices">${choices.filter(({ ground }) => ground.id === id).map(choiceItem)}</ul>`,
)}</section>`;
}

function choiceItem(choice: Choice): Markup {
  const { need, variant, best, level, own, comparedCount, refused, tooNoisy } = choice;
  const figure = ({ strategy, spread }: Candidate): Markup =>
    html`<span class="figure">${strategy} ${medianText(need.scenario, need.metric, spread)}</span>`;
  return html`<li><span class="need">${need.text}</span> <small>${need.scenario}, ${variant}; ${comparedCount} compared</small>
<p class="best ${familyOf(best.strategy)}"><b>${best.strategy}</b> <span class="figure">${medianText(need.scenario, need.metric, best.spread)}</span></p>
${tooNoisy ? html`<p class="verdict noisy">too noisy to tell</p>` : undefined}${listed("Not told apart from it: ", level.map(figure))}${
  own === undefined || level.includes(own) ? undefined : listed("Best of Holdfast: ", [figure(own)])
}${listed("Left out, starving or failing: ", refused)}</li>`;
}

/** Sentences of names, with commas between them. */
function listed(words: string, items: readonly (Markup | string)[]): Markup | undefined {
  if (items.length === 0) return undefined;
  return html`<small>${words}${items.map((item, index) => (index === 0 ? item : html`, ${item}`))}</small>`;
}
