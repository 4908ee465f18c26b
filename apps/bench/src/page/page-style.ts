/** How a report looks, light and dark, from 390 pixels on. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --raised: #f4f5f7; --ink: #1b1f24; --quiet: #57606a; --line: #d5dae0;
  --own: #0b57d0; --peer: #b35900; --raw: #6a737d; --link: #0b57d0;
  --good: #116329; --bad: #b3261e; --doubt: #7a5200;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171c; --raised: #1e232b; --ink: #e6e9ee; --quiet: #a3acb8; --line: #39424e;
    --own: #7fb0ff; --peer: #f0a35e; --raw: #9aa4b0; --link: #8ab8ff;
    --good: #6fcf8a; --bad: #ff9089; --doubt: #e3b95b;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 0 16px 48px; max-width: 1240px; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
h1 { font-size: 1.7rem; margin: 24px 0 4px; }
h2 { font-size: 1.3rem; margin: 40px 0 8px; padding-top: 8px; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 20px 0 6px; }
p { margin: 6px 0; max-width: 72ch; }
a { color: var(--link); }
small { color: var(--quiet); font-size: .82em; font-weight: 400; }
code, pre { font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; font-size: .88em; }
pre { margin: 0; padding: 10px 12px; background: var(--raised); border-radius: 6px; width: max-content; min-width: 100%; }
header p, footer { color: var(--quiet); }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 16px; padding: 0; margin: 12px 0; list-style: none; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 8px; top: 8px; padding: 6px 10px; background: var(--raised); }
:focus-visible { outline: 3px solid var(--own); outline-offset: 2px; }
.report .warning { padding: 8px 12px; border-left: 4px solid var(--doubt); background: var(--raised); }
.report .scrolled { overflow-x: auto; margin: 8px 0; }
.report table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
.report th, .report td { padding: 5px 10px; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; white-space: nowrap; }
.report th:first-child { text-align: left; }
.report thead th { font-weight: 600; vertical-align: bottom; background: var(--raised); white-space: normal; }
.report thead th[colspan] { text-align: center; border-left: 1px solid var(--line); }
.report tbody th { font-weight: 500; }
.report td small { white-space: nowrap; }
.report td.words { min-width: 220px; text-align: left; white-space: normal; }
.report tbody th { position: sticky; left: 0; background: var(--paper); }
.report .choices { display: grid; gap: 12px 24px; padding: 0; margin: 8px 0; list-style: none; grid-template-columns: repeat(auto-fill, minmax(min(100%, 360px), 1fr)); }
.report .choices li { padding: 10px 12px; border: 1px solid var(--line); border-radius: 8px; min-width: 0; overflow-wrap: anywhere; }
.report .choices .need { font-weight: 600; }
.report .choices .best { font-size: 1.08rem; }
.report .choices .best b, .report .choices .figure { white-space: nowrap; }
.report .choices .own { color: var(--own); }
.report .choices .peer { color: var(--peer); }
.report .choices small { display: block; }
.report .targets thead th:nth-child(2) { text-align: left; }
.report tr.own th { color: var(--own); }
.report tr.peer th { color: var(--peer); }
.report tr.raw th { color: var(--raw); }
.report .verdict { font-weight: 600; white-space: nowrap; }
.report .holds { color: var(--good); }
.report .misses { color: var(--bad); }
.report .noisy { color: var(--doubt); }
.report .absent { color: var(--quiet); }
.report .note { color: var(--quiet); font-size: .88rem; max-width: none; }
.report .note strong { color: var(--doubt); }
.report details { border: 1px solid var(--line); border-radius: 6px; margin: 8px 0; padding: 0 12px; }
.report details[open] { padding-bottom: 8px; }
.report summary { padding: 9px 0; cursor: pointer; font-weight: 600; }
.report .reason { overflow-wrap: anywhere; white-space: pre-line; }
.report .legend { display: flex; flex-wrap: wrap; gap: 16px; font-size: .88rem; }
.report .legend span::before { content: ""; display: inline-block; width: 12px; height: 12px; margin-right: 6px; border-radius: 2px; background: var(--ink); }
.report .legend .own::before { background: var(--own); }
.report .legend .peer::before { background: var(--peer); }
.report .legend .raw::before { background: var(--raw); }
.report .charts { columns: 340px; column-gap: 20px; }
.report figure { margin: 0 0 20px; break-inside: avoid; padding: 12px; border: 1px solid var(--line); border-radius: 8px; min-width: 0; }
.report figcaption p { font-size: .82rem; color: var(--quiet); }
.report figcaption h3 { margin: 0 0 4px; }
.report .chart { display: block; width: 100%; height: auto; font: 11px system-ui, "Segoe UI", Roboto, Arial, sans-serif; }
.chart .grid { stroke: var(--line); stroke-width: 1; }
.chart .tick { fill: var(--quiet); font-size: 10px; }
.chart .label { fill: var(--ink); }
.chart .value { fill: var(--quiet); }
.chart .own { color: var(--own); }
.chart .peer { color: var(--peer); }
.chart .raw { color: var(--raw); }
.chart .bar, .chart .strip, .chart .point { fill: currentColor; }
.chart .strip { fill-opacity: .45; }
.chart .stroke { stroke: var(--ink); stroke-width: 2; }
.chart .range { stroke: var(--ink); stroke-width: 1.5; }
.chart .equal { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 3 2; }
.chart .told { fill: var(--paper); stroke: currentColor; stroke-width: 2; }
.report dl { display: grid; gap: 2px 24px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); font-size: .88rem; }
.report dl div { display: flex; gap: 8px; min-width: 0; }
.report dt { color: var(--quiet); flex: none; }
.report dd { margin: 0; overflow-wrap: anywhere; }
@media print { nav, .skip { display: none; } }
`;
