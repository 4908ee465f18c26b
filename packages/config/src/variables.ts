import type { Place } from "./place.ts";

/** Where `${VAR}` is looked up: `process.env`, or what stands for it. */
export type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLE = /\$\{([^}]*)\}?/g;
const WHOLE = /^\$\{[^}]*\}$/;
const NAME = /^[A-Za-z_]\w{0,127}$/;
/** Credentials of a URL, what they log in to, and the rest. */
const URL_PARTS = /^([a-z][a-z0-9+.-]*:\/\/)(?:([^/?#]*)@)?([^/?#]*)(.*)$/is;
const HOSTS = /^[\w.:,[\]-]*$/;

/** A text and how it may be shown: with the names of its variables and not with their values. */
export interface Expanded {
  readonly text: string;
  readonly place: Place;
}

/**
 * Puts the variables of the environment into a text that names them as `${NAME}`. What they hold is a
 * secret from then on. A missing one is an error that only this machine has.
 */
export function expand(template: string, env: Environment, place: Place): Expanded {
  return expandWith(template, { env, place, encode: (value) => value });
}

/**
 * The same in a URL. A variable that is the whole of it is a URL. One among the credentials or in the path is
 * percent-encoded, so that a password may hold any character; one in the place of a host must be one.
 */
export function expandUrl(template: string, env: Environment, place: Place): Expanded {
  const [, scheme, credentials, hosts = "", rest = ""] = URL_PARTS.exec(template) ?? [];
  if (scheme === undefined || WHOLE.test(template)) return expand(template, env, place);
  const part = (text: string, encode: (value: string) => string) =>
    expandWith(text, { env, place, encode }).text;
  const host = part(hosts, (value) => {
    if (HOSTS.test(value)) return value;
    throw place.error("has a variable in the place of a host; accepted: a host with its port");
  });
  const login = credentials === undefined ? "" : `${part(credentials, encodeURIComponent)}@`;
  const text = `${scheme}${login}${host}${part(rest, encodeURIComponent)}`;
  return { text, place: text === template ? place : place.showing(JSON.stringify(template)) };
}

interface Expansion {
  readonly env: Environment;
  readonly place: Place;
  readonly encode: (value: string) => string;
}

function expandWith(template: string, { env, place, encode }: Expansion): Expanded {
  const text = template.replaceAll(VARIABLE, (variable: string, name: string) => {
    if (!NAME.test(name) || !variable.endsWith("}")) {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a variable is written.
      throw place.error("has a variable that cannot be read; accepted: ${NAME}");
    }
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value === undefined) throw place.lacks(`the variable ${name} is not set`);
    place.secrets.add(value, variable);
    place.secrets.add(encodeURIComponent(value), variable);
    return encode(value);
  });
  return { text, place: text === template ? place : place.showing(JSON.stringify(template)) };
}
