import { ConfigError } from "./config-error.ts";
import { nearestWord } from "./nearest-word.ts";
import type { Secrets } from "./secrets.ts";
import { shown, shownKey, shownNames } from "./shown.ts";

const PLAIN_KEY = /^[A-Za-z_$][\w$-]{0,39}$/;

/** A place in a configuration, from which everything that is wrong there is said. */
export class Place {
  /** `holdfast.config.json: backends.main.ttlMs`. */
  readonly path: string;
  readonly secrets: Secrets;
  /** How the value is shown that stands here, if not as it is. */
  readonly #standIn: string | undefined;

  constructor(path: string, secrets: Secrets, standIn?: string) {
    this.path = path;
    this.secrets = secrets;
    this.#standIn = standIn;
  }

  /** The place of an option or an element in here. */
  at(key: string | number): Place {
    if (typeof key === "number") return new Place(`${this.path}[${key}]`, this.secrets);
    const step = PLAIN_KEY.test(key) ? `.${key}` : `[${shownKey(key)}]`;
    const path = this.path.endsWith(":") ? `${this.path} ${step.slice(1)}` : `${this.path}${step}`;
    return new Place(path, this.secrets);
  }

  /** The same place, its value not to be shown. */
  showing(standIn: string): Place {
    return new Place(this.path, this.secrets, standIn);
  }

  /** The value does not fit. */
  invalid(given: unknown, accepted: string, nearest?: string): ConfigError {
    const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
    return this.error(`is ${this.#standIn ?? shown(given)}; accepted: ${accepted}${hint}`);
  }

  /** What stands here has a key that is none of those that are known. */
  isNot(what: string, key: string, known: readonly string[]): ConfigError {
    const nearest = nearestWord(key, known);
    const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
    return this.error(`is not ${what}; accepted: ${shownNames(known)}${hint}`);
  }

  /** A name that is none of those that are known here. */
  unknown(key: string, what: string, known: readonly string[]): ConfigError {
    const nearest = nearestWord(key, known);
    const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
    return this.error(
      `${shownKey(key)} is not ${what}; accepted: ${shownNames(known)}${hint}`,
      ":",
    );
  }

  /** A sentence of others, without the secrets in it. */
  says(sentence: string): ConfigError {
    return this.error(this.secrets.hide(sentence), ":");
  }

  /** Something that only this machine lacks. */
  lacks(what: string): ConfigError {
    return new ConfigError(`${this.path}: ${what}`, { isMissing: true });
  }

  error(predicate: string, separator = ""): ConfigError {
    return new ConfigError(`${this.path}${separator} ${predicate}`);
  }
}
