import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Place } from "../place.ts";

/** What a configuration file says. Errors name file and line, and never quote it: passwords stand in it. */
export async function readConfigFile(file: string, place: Place): Promise<unknown> {
  if (file.endsWith(".json")) return readJson(file, place);
  if (/\.m?ts$/.test(file) && !stripsTypes()) {
    const { version } = process;
    throw place.error(
      `needs a Node that strips types, 22.18 or newer, and this is ${version}; accepted: .js, .mjs or .json as well`,
    );
  }
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    throw place.error(`cannot be loaded: ${nameOf(error)}${lineOf(error, file)}`);
  }
  const { default: config } = module;
  if (config === undefined) {
    throw place.error("exports no default; accepted: export default defineConfig({ … })");
  }
  return config;
}

function stripsTypes(): boolean {
  const { typescript } = process.features as { readonly typescript?: unknown };
  return typescript !== undefined && typescript !== false;
}

async function readJson(file: string, place: Place): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw place.error(`cannot be read: ${nameOf(error)}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const [, position] = /at position (\d+)/.exec((error as Error).message) ?? [];
    const line = position === undefined ? "" : ` at line ${lineAt(text, Number(position))}`;
    throw place.error(`is not JSON${line}`);
  }
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split("\n").length;
}

/** `SyntaxError`, `ENOENT`: a word, since messages quote what they complain about. */
function nameOf(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  const word = typeof code === "string" ? code : name;
  return typeof word === "string" && /^\w{1,60}$/.test(word) ? word : "an error";
}

/** Where in the file it was thrown, as far as the stack says. */
function lineOf(error: unknown, file: string): string {
  const { stack } = error as { readonly stack?: unknown };
  if (typeof stack !== "string") return "";
  const at = stack.split(path.basename(file))[1];
  const [, line] = /^:(\d+)/.exec(at ?? "") ?? [];
  return line === undefined ? "" : ` at line ${line}`;
}
