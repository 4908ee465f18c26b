import type { Place } from "../place.ts";
import { shownKey } from "../shown.ts";

/** A backend's URL: where it leads, and the options in its query, still as text. */
export interface SplitUrl {
  readonly scheme: string;
  /** Without the query. */
  readonly base: string;
  /** The texts of each key, in their order. */
  readonly query: ReadonlyMap<string, readonly string[]>;
}

const LENGTH_MAX = 8_192;
const SCHEME = /^([a-z][a-z0-9+.-]{0,31}):/i;
const ACCEPTED = "a URL, as redis://host:6379 or memory:";
/** Backends that are nothing but their query, in which the URLs of others stand. */
const QUERY_ALONE = /^[a-z][a-z0-9+.-]*:(?:\/\/)?$/i;

/** Takes a URL apart. What would be ignored or read otherwise than it was meant is refused. */
export function splitUrl(text: string, place: Place): SplitUrl {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (text.length > LENGTH_MAX) {
    throw place.error(`has ${text.length} characters; accepted: at most ${LENGTH_MAX}`);
  }
  if (scheme === undefined) throw place.invalid(text, ACCEPTED);
  if (/[\p{Cc}\p{Cs}\s]/u.test(text)) {
    throw place.error("has a blank or a control character; accepted: them percent-encoded");
  }
  if (text.includes("#")) {
    throw place.error("has a fragment; accepted: a # in a user name or password is written %23");
  }
  const end = text.indexOf("?");
  const base = end === -1 ? text : text.slice(0, end);
  const query = end === -1 ? "" : text.slice(end + 1);
  decoded(base, place);
  if (query.includes("@") && !QUERY_ALONE.test(base)) {
    throw place.error("has an @ after its ?; accepted: a ? or @ in a password as %3F or %40");
  }
  return { scheme, base, query: queryOf(query, place) };
}

function queryOf(text: string, place: Place): ReadonlyMap<string, readonly string[]> {
  const query = new Map<string, readonly string[]>();
  for (const part of text === "" ? [] : text.split("&")) {
    const [, name = "", value] = /^([^=]*)=?(.*)$/s.exec(part) ?? [];
    const key = decoded(name, place);
    if (key === "" || !part.includes("=")) {
      throw place.error("has a query that cannot be read; accepted: ?option=value&option=value");
    }
    query.set(key, [...(query.get(key) ?? []), decoded(value ?? "", place.at(shownKey(key)))]);
  }
  return query;
}

/** A plus stays a plus: it stands in passwords and in `redis+unix:`, and forms are not URLs of locks. */
function decoded(text: string, place: Place): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw place.error("is not percent-encoded properly");
  }
}
