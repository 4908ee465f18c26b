import type { Report } from "../report/report.ts";
import { html, Markup } from "./markup.ts";
import { pageStyle } from "./page-style.ts";
import { reportBody } from "./report-body.ts";

const SECTIONS = /<section aria-labelledby="([^"]+)"><h2 id="[^"]+">([^<]+)<\/h2>/g;

/** The whole run as one page that needs nothing else: no script, no font, no picture from elsewhere. */
export function reportPage(report: Report): string {
  const body = reportBody(report);
  const links = [...body.matchAll(SECTIONS)].map(
    ([, id = "", title = ""]) => html`<li><a href="#${id}">${new Markup(title)}</a></li>`,
  );
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>Locks compared</title>
<style>${new Markup(pageStyle)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header><h1>Locks compared</h1>
<p>${summaryOf(report)}</p>
<nav aria-label="Sections"><ul>${links}</ul></nav></header>
<main id="main">${new Markup(body)}</main>
<footer><p>Made by the benchmark of Holdfast. Every figure is of this one run; absolute times of two machines cannot be compared.</p></footer>
</body>
</html>
`;
  return page.toString();
}

function summaryOf({ results, machine, startedAt }: Report): string {
  const strategies = new Set(results.map(({ strategy }) => strategy)).size;
  const scenarios = new Set(results.map(({ scenario }) => scenario)).size;
  const when = startedAt === undefined ? "" : `, ${startedAt.slice(0, 10)}`;
  return `${strategies} strategies, ${scenarios} scenarios, on ${machine.cores} cores of ${machine.cpu}${when}.`;
}
