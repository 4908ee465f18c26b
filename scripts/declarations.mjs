import { readFileSync } from "node:fs";
import path from "node:path";

/**
 * @typedef {object} Declaration
 * @property {string} name
 * @property {string} file
 * @property {string} text Without comments, `export` and `declare`.
 */

/**
 * @typedef {object} DeclarationFile One emitted .d.ts, read.
 * @property {Map<string, string[]>} declared Texts by name; overloads and merged declarations are several.
 * @property {Set<string>} exported Names declared here and exported here.
 * @property {{ name: string, source: string, imported: string }[]} imports
 * @property {{ name: string, source: string | undefined, imported: string }[]} reexports
 * @property {string[]} stars
 */

const DECLARATION =
  /^(export )?(?:declare )?(?:abstract )?(?:class|interface|type|function|const|let|enum|namespace) +([\w$]+)/;
const ENDS_WITH_BRACE =
  /^(?:export )?(?:declare )?(?:abstract )?(?:class|interface|enum|namespace) /;
const NAMED = /^(import|export)(?: type)? *\{([^}]*)\}(?: *from *["']([^"']+)["'])?;$/;
const STAR = /^export \* from ["']([^"']+)["'];$/;

/**
 * Every declaration that a package's entry point exports, sorted by name, and those that they speak
 * of and that cannot be imported.
 *
 * Reads the text that the compiler emits, which is regular; TypeScript 7 has no programming
 * interface to ask instead.
 *
 * @param {string} entry The emitted `index.d.ts`.
 * @returns {{ exported: Declaration[], hidden: Declaration[] }}
 */
export function publicDeclarations(entry) {
  /** @type {Map<string, DeclarationFile>} */
  const files = new Map();
  /** @param {string} file */
  const read = (file) => {
    const known = files.get(file) ?? parseDeclarations(readFileSync(file, "utf8"));
    files.set(file, known);
    return known;
  };
  const exported = exportsOf(entry, read);
  const reported = new Set(exported.map(key));
  /** @type {Map<string, Declaration>} */
  const hidden = new Map();
  for (const declaration of exported) {
    for (const spoken of spokenOf(declaration, read)) {
      if (!reported.has(key(spoken))) hidden.set(key(spoken), spoken);
    }
  }
  return { exported: exported.sort(byName), hidden: [...hidden.values()].sort(byName) };
}

/**
 * @param {string} file
 * @param {(file: string) => DeclarationFile} read
 * @returns {Declaration[]}
 */
function exportsOf(file, read) {
  const { exported, reexports, stars } = read(file);
  const own = [...exported].flatMap((name) => find({ file, name, as: name }, read));
  const named = reexports.flatMap(({ name, source, imported }) =>
    find({ file: source ? sourceFile(file, source) : file, name: imported, as: name }, read),
  );
  const starred = stars.flatMap((source) => exportsOf(sourceFile(file, source), read));
  const all = [...own, ...named, ...starred];
  return [...new Map(all.map((found) => [found.name, found])).values()];
}

/**
 * @param {{ file: string, name: string, as: string }} wanted
 * @param {(file: string) => DeclarationFile} read
 * @returns {Declaration[]}
 */
function find({ file, name, as }, read) {
  const { declared, imports, reexports, stars } = read(file);
  const texts = declared.get(name);
  if (texts !== undefined) return [{ name: as, file, text: texts.join("\n") }];
  const passedOn = [...imports, ...reexports].find((each) => each.name === name && each.source);
  if (passedOn?.source !== undefined) {
    if (!passedOn.source.startsWith(".")) return [];
    return find({ file: sourceFile(file, passedOn.source), name: passedOn.imported, as }, read);
  }
  return stars.flatMap((source) => find({ file: sourceFile(file, source), name, as }, read));
}

/**
 * What a declaration names of its package.
 *
 * @param {Declaration} declaration
 * @param {(file: string) => DeclarationFile} read
 */
function spokenOf({ file, text, name }, read) {
  const { declared, imports } = read(file);
  const reachable = [
    ...declared.keys(),
    ...imports.filter(({ source }) => source.startsWith(".")).map((each) => each.name),
  ];
  const words = new Set(text.match(/[\w$]+/g));
  return reachable
    .filter((spoken) => spoken !== name && words.has(spoken))
    .flatMap((spoken) => find({ file, name: spoken, as: spoken }, read));
}

/**
 * @param {string} text
 * @returns {DeclarationFile}
 */
function parseDeclarations(text) {
  /** @type {DeclarationFile} */
  const parsed = {
    declared: new Map(),
    exported: new Set(),
    imports: [],
    reexports: [],
    stars: [],
  };
  for (const statement of statementsOf(withoutComments(text))) {
    const star = STAR.exec(statement);
    const named = NAMED.exec(statement);
    const declaration = DECLARATION.exec(statement);
    if (star?.[1]) parsed.stars.push(star[1]);
    else if (named) addNamed(parsed, named);
    else if (declaration?.[2]) {
      const name = declaration[2];
      parsed.declared.set(name, [...(parsed.declared.get(name) ?? []), readable(statement)]);
      if (declaration[1]) parsed.exported.add(name);
    } else if (!statement.startsWith("import ")) {
      throw new Error(`an emitted declaration has a form not known here: ${statement}`);
    }
  }
  return parsed;
}

/**
 * @param {DeclarationFile} parsed
 * @param {RegExpExecArray} named
 */
function addNamed(parsed, [, kind, list = "", source]) {
  for (const item of list.split(",")) {
    const [imported = "", name = imported] = item
      .trim()
      .replace(/^type /, "")
      .split(/ as /);
    if (imported === "") continue;
    if (kind === "export") parsed.reexports.push({ name, source, imported });
    else if (source !== undefined) parsed.imports.push({ name, source, imported });
  }
}

/** @param {string} statement */
function readable(statement) {
  return statement
    .replace(/^export /, "")
    .replace(/^declare /, "")
    .split("\n")
    .filter((line) => !/^\s*(?:#private;|private [^;]*;)?$/.test(line))
    .map((line) => line.trimEnd())
    .join("\n");
}

/**
 * Text split where no bracket is open: behind a semicolon, or behind the brace of a body.
 *
 * @param {string} text
 */
function statementsOf(text) {
  const statements = [];
  let depth = 0;
  let from = 0;
  for (const { index, 0: mark } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}()[\];]/g)) {
    if ("{([".includes(mark)) depth += 1;
    if ("})]".includes(mark)) depth -= 1;
    const statement = text.slice(from, index + 1).trim();
    const ends = mark === ";" || (mark === "}" && ENDS_WITH_BRACE.test(statement));
    if (depth > 0 || !ends) continue;
    statements.push(statement);
    from = index + 1;
  }
  return statements.filter((statement) => statement !== ";");
}

/** @param {string} text */
function withoutComments(text) {
  return text.replace(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_match, quoted) => quoted ?? "",
  );
}

/**
 * @param {string} file
 * @param {string} source `./clock.js` or `./clock.ts`.
 */
function sourceFile(file, source) {
  return path.join(path.dirname(file), source.replace(/\.(?:js|ts)$/, ".d.ts"));
}

/** @param {Declaration} declaration */
function key({ file, text }) {
  return `${file}\0${text}`;
}

/**
 * @param {Declaration} a
 * @param {Declaration} b
 */
function byName(a, b) {
  return a.name < b.name ? -1 : 1;
}
