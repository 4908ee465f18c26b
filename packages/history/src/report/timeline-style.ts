interface Palette {
  readonly ground: string;
  readonly ink: string;
  readonly faint: string;
  readonly line: string;
  readonly possible: string;
  readonly believed: string;
  readonly onBar: string;
  readonly fault: string;
  readonly wrong: string;
}

const LIGHT: Palette = {
  ground: "#ffffff",
  ink: "#1c1e21",
  faint: "#6b7280",
  line: "#d8dce2",
  possible: "#b9cdf0",
  believed: "#2f6fd0",
  onBar: "#ffffff",
  fault: "#f3b94a",
  wrong: "#d2222d",
};

const DARK: Palette = {
  ground: "#15181d",
  ink: "#e8eaed",
  faint: "#9aa2ae",
  line: "#343a44",
  possible: "#2b4269",
  believed: "#6ea2f5",
  onBar: "#10131a",
  fault: "#a9791a",
  wrong: "#ff6b6b",
};

/**
 * The style sheet of a drawing. Colours are literal: programs that are no browsers know no variables, and
 * pass over what is for dark screens.
 */
export const timelineStyle: string = `
text { font: 12px ui-sans-serif, system-ui, sans-serif; }
.title { font-size: 15px; font-weight: 600; } .token { font-size: 11px; } .tick { text-anchor: middle; }
.fault { opacity: 0.25; } .mark { stroke-width: 1.5; } .wrong { fill: none; stroke-width: 2; }
.wrong-line { stroke-dasharray: 3 3; }
${coloursOf(LIGHT)}
@media (prefers-color-scheme: dark) {
${coloursOf(DARK)}
}
`;

function coloursOf(palette: Palette): string {
  const { ground, ink, faint, line, possible, believed, onBar, fault, wrong } = palette;
  return `text { fill: ${ink}; } .ground { fill: ${ground}; } .faint { fill: ${faint}; }
.line { stroke: ${line}; } .possible { fill: ${possible}; } .believed { fill: ${believed}; }
.token { fill: ${onBar}; } .fault { fill: ${fault}; } .mark { stroke: ${ink}; }
.wrong { stroke: ${wrong}; } .wrong-text { fill: ${wrong}; } .wrong-line { stroke: ${wrong}; }`;
}
