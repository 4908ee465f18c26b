import { type Candidate, type Choice, choicesOf } from "../page/choices.ts";
import { medianText } from "../page/figure-text.ts";
import type { Report } from "../report/report.ts";
import { markdownTable } from "./markdown-table.ts";

/** Who met each need best, a heading and a table for each kind of servers. */
export function choiceTables(report: Report): string {
  const choices = choicesOf(report);
  const grounds = [...new Map(choices.map(({ ground }) => [ground.id, ground])).values()];
  return grounds
    .map(({ id, title }) => {
      const rows = choices.filter(({ ground }) => ground.id === id).map(cells);
      const head = ["when", "best", "not told apart from it", "best of Holdfast", "compared"];
      return `### A lock ${title}\n\n${markdownTable(head, rows)}`;
    })
    .join("\n\n");
}

function cells(choice: Choice): readonly string[] {
  const { need, variant, best, level, own, comparedCount, refused, tooNoisy } = choice;
  const figure = ({ strategy, spread }: Candidate): string =>
    `\`${strategy}\` ${medianText(need.scenario, need.metric, spread)}`;
  return [
    `${need.text} (${need.scenario}, ${variant})`,
    tooNoisy ? `${figure(best)}, too noisy to tell` : figure(best),
    level.map(figure).join(", ") || "none",
    own === undefined ? "the best" : figure(own),
    refused.length === 0 ? `${comparedCount}` : `${comparedCount}, and ${refused.length} left out`,
  ];
}
