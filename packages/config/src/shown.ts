const TEXT_LENGTH_MAX = 40;
const NAMES_SHOWN_MAX = 30;
const PLAIN_KEY = /^[A-Za-z_$][\w$-]{0,39}$/;
const SCHEME = /^[a-z][a-z0-9+.-]{0,19}:/i;
const HOST = /(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?/.source;
/**
 * Hosts with their ports, and a path: nothing in which a password could be. What stands between two hosts can be
 * read in one way only, else a text that is not right takes time without an end.
 */
const PLAIN_PLACE = new RegExp(`^(?://(?:${HOST}(?:,${HOST})*,?)?)?(?:/[\\w.-]*)?$`, "i");

/** A value for an error: short, quoted, never an object's contents, never what may be a password. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case "string":
      return shownText(value);
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? "a list" : "an object";
    case "function":
    case "symbol":
      return `a ${typeof value}`;
    case "undefined":
      return "missing";
    default:
      return `${value}`.slice(0, TEXT_LENGTH_MAX);
  }
}

function shownText(text: string): string {
  if (/[@]|:\/\//.test(text)) return shownUrl(text);
  const short = text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text;
  return JSON.stringify(short);
}

/**
 * A URL without credentials and query, however badly it is written: only what is surely a scheme, hosts
 * and ports is kept, since the half of a password that is not percent-encoded can look like anything.
 */
function shownUrl(text: string): string {
  const scheme = SCHEME.exec(text)?.[0] ?? "";
  const [place = "", ...query] = text.slice(scheme.length).split(/[?#]/);
  if (query.join("").includes("@")) return `"${scheme}…"`;
  const at = place.lastIndexOf("@");
  const rest = at === -1 ? place : `//${place.slice(at + 1)}`;
  if (!PLAIN_PLACE.test(rest)) return `"${scheme}…"`;
  const hosts = at === -1 ? rest : `//***@${rest.slice(2)}`;
  return `"${scheme}${hosts}${query.length > 0 ? "?…" : ""}"`;
}

/** A key or a name for an error. What is no plain word may be anything, a part of a password too. */
export function shownKey(key: string): string {
  return PLAIN_KEY.test(key) ? key : "a key that is no plain word";
}

/** Names to choose from. */
export function shownNames(names: readonly string[]): string {
  const list = names.slice(0, NAMES_SHOWN_MAX).join(", ");
  return names.length > NAMES_SHOWN_MAX ? `${list}, …` : list;
}
