import type { BackendKind } from "../kinds/backend-kind.ts";
import { kindOf, SCHEMES } from "../kinds/kind-table.ts";
import { LOCKS_FIELDS } from "../locks-fields.ts";
import { nearestWord } from "../nearest-word.ts";
import type { Place } from "../place.ts";
import { recordEntries } from "../schema/read-value.ts";
import { shownNames } from "../shown.ts";
import { type Environment, expandUrl } from "../variables.ts";
import type { BackendPlan, GivenOption } from "./backend-plan.ts";
import { planMembers } from "./plan-members.ts";
import { readOptions } from "./read-options.ts";
import { type SplitUrl, splitUrl } from "./split-url.ts";

/** What a backend is planned with. */
export interface Planning {
  readonly place: Place;
  readonly env: Environment;
  /** Schemes that packages of others serve. */
  readonly foreignSchemes: readonly string[];
  /** How many quorums this backend is in. */
  readonly depth: number;
}

const URL_PARAMETER = { type: "string", writeOnly: true } as const;
const ACCEPTED = "a URL, or an object with a url";

/** Checks one backend, given as a URL or as options with a URL. Imports and sends nothing. */
export function planBackend(given: unknown, planning: Planning): BackendPlan {
  const { place } = planning;
  if (typeof given === "string") return planned(given, new Map(), { ...planning, urlPlace: place });
  const options = new Map<string, GivenOption>();
  for (const [key, value] of recordEntries(given, place, ACCEPTED)) {
    options.set(key, { value, place: place.at(key) });
  }
  const url = options.get("url");
  if (url === undefined || !("value" in url))
    throw place.error(`has no url; accepted: ${ACCEPTED}`);
  if (typeof url.value !== "string") throw url.place.invalid(url.value, "a URL");
  options.delete("url");
  return planned(url.value, options, { ...planning, urlPlace: url.place });
}

function planned(
  template: string,
  inObject: ReadonlyMap<string, GivenOption>,
  planning: Planning & { readonly urlPlace: Place },
): BackendPlan {
  const { env, foreignSchemes, urlPlace } = planning;
  const whole = /^\$\{[^}]*\}$/.test(template)
    ? expandUrl(template, env, urlPlace)
    : { text: template, place: urlPlace };
  const { place } = whole;
  const split = splitUrl(whole.text, place);
  const kind = kindOf(split.scheme);
  if (kind === undefined && !foreignSchemes.includes(split.scheme)) {
    throw unknownScheme(split.scheme, place, foreignSchemes);
  }
  const options = withQuery(inObject, split, place);
  const base = expandUrl(split.base, env, place).text;
  hidePassword(base, place);
  const addresses = kind?.addressesOf(base, place) ?? [];
  const { url, given } = urlOf(base, options, { kind, env });
  if (kind !== undefined) checkKeys(kind, given);
  const own = kind === undefined ? {} : readOptions(kind.fields, given, env);
  return {
    kind,
    scheme: split.scheme,
    url,
    place,
    addresses,
    locks: readOptions(LOCKS_FIELDS, given, env),
    options: own,
    unchecked: kind === undefined ? given : new Map(),
    members: membersOf(kind, own, planning),
  };
}

function membersOf(
  kind: BackendKind | undefined,
  options: Readonly<Record<string, unknown>>,
  planning: Planning,
): readonly BackendPlan[] {
  const field = kind?.membersField;
  if (field === undefined) return [];
  const given = options[field] as readonly unknown[] | undefined;
  return planMembers({ field, given, planning }, planBackend);
}

/** No sentence of an adapter will have the password in it either. */
function hidePassword(url: string, place: Place): void {
  const [, login = ""] = /^[^:]*:\/\/([^/]*)@/.exec(url) ?? [];
  const password = login.slice(login.indexOf(":") + 1);
  place.secrets.add(password, "***");
  place.secrets.add(decodeURIComponent(password), "***");
}

function unknownScheme(scheme: string, place: Place, foreign: readonly string[]): Error {
  const known = [...SCHEMES, ...foreign];
  const nearest = nearestWord(scheme, known);
  return place.error(
    `has a scheme that no backend serves; accepted: ${shownNames(known)}${
      nearest === undefined ? "" : `; did you mean ${nearest}?`
    } Others are named under schemes`,
  );
}

/** The options of the object and of the query together. One that is in both contradicts itself. */
function withQuery(
  inObject: ReadonlyMap<string, GivenOption>,
  { query }: SplitUrl,
  place: Place,
): ReadonlyMap<string, GivenOption> {
  const options = new Map(inObject);
  for (const [key, texts] of query) {
    const where = place.at(key);
    if (options.has(key)) throw where.error("is given in the url and beside it; accepted: once");
    options.set(key, { texts, place: where });
  }
  return options;
}

/** The URL as the backend reads it, and the options without what went back into it. */
function urlOf(
  base: string,
  options: ReadonlyMap<string, GivenOption>,
  { kind, env }: { readonly kind: BackendKind | undefined; readonly env: Environment },
): { readonly url: string; readonly given: ReadonlyMap<string, GivenOption> } {
  const given = new Map(options);
  const parts: string[] = [];
  for (const key of kind?.urlParameters ?? []) {
    const option = given.get(key);
    if (option === undefined || !("texts" in option)) continue;
    given.delete(key);
    const fields = { [key]: URL_PARAMETER };
    const value = readOptions(fields, new Map([[key, option]]), env)[key];
    parts.push(`${key}=${encodeURIComponent(`${value}`)}`);
  }
  return { url: parts.length === 0 ? base : `${base}?${parts.join("&")}`, given };
}

function checkKeys(kind: BackendKind, given: ReadonlyMap<string, GivenOption>): void {
  const known = [...new Set([...Object.keys(kind.fields), ...Object.keys(LOCKS_FIELDS)])];
  for (const [key, { place }] of given) {
    if (!known.includes(key)) throw place.isNot(`an option of ${kind.name}`, key, known);
  }
}
