import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { pageStyle } from "../page/page-style.ts";

/** A file of the page. */
export interface Asset {
  readonly body: string;
  readonly type: string;
}

/** The files that `scripts/page.mjs` makes, and what they are. No other file is ever read. */
const TYPES: Readonly<Record<string, string>> = {
  "index.html": "text/html",
  "page.js": "text/javascript",
  "page.css": "text/css",
};

/** A file of the page by its name; its body is empty where there is none. */
export function assetOf(name: string): Asset {
  if (name === "report.css") return { body: pageStyle, type: "text/css" };
  const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (type === undefined) return { body: "", type: "text/plain" };
  const file = fileURLToPath(new URL(`../browser/${name}`, import.meta.url));
  return { body: existsSync(file) ? readFileSync(file, "utf8") : "", type };
}
