import { ConfigError } from "../config-error.ts";
import { LOCKS_FIELDS } from "../locks-fields.ts";
import type { Place } from "../place.ts";
import { readValue, recordEntries } from "../schema/read-value.ts";
import { shownNames } from "../shown.ts";
import type { Environment } from "../variables.ts";
import type { BackendPlan } from "./backend-plan.ts";
import { planBackend } from "./plan-backend.ts";

/** A whole configuration, checked as far as nothing has to be imported for it. */
export interface ConfigPlan {
  readonly place: Place;
  /** The options of locks for all backends. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** By name; what cannot be used on this machine is the error that says why. */
  readonly backends: ReadonlyMap<string, BackendPlan | ConfigError>;
  readonly environments: ReadonlyMap<string, string>;
  /** Scheme to package. */
  readonly schemes: ReadonlyMap<string, string>;
}

/** The name of a backend that was given without one. */
const ONLY_NAME = "default";

const KEYS = ["$schema", "defaults", "backends", "environments", "schemes"];
const DEFAULTS = { type: "object", properties: LOCKS_FIELDS, additionalProperties: false } as const;
const BACKEND_COUNT_MAX = 256;
const SCHEME = /^[a-z][a-z0-9+.-]{0,31}$/;
const PACKAGE = /^(?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*$/;

/** Checks a configuration: a URL, one backend's options, or a configuration of several. */
export function planConfig(
  given: unknown,
  {
    place,
    env,
    schemes = {},
  }: { readonly place: Place; readonly env: Environment; readonly schemes?: unknown },
): ConfigPlan {
  const isWhole = typeof given === "object" && given !== null && !Object.hasOwn(given, "url");
  const config = isWhole ? given : { backends: { [ONLY_NAME]: given } };
  const parts = new Map(
    recordEntries(config, place, `a URL, or an object with ${shownNames(KEYS)}`),
  );
  for (const key of parts.keys()) {
    if (!KEYS.includes(key)) throw place.at(key).isNot("a part of a configuration", key, KEYS);
  }
  const foreign = new Map([
    ...readSchemes(parts.get("schemes"), place.at("schemes")),
    ...readSchemes(schemes, place.at("schemes")),
  ]);
  const where = place.at("backends");
  const backends = new Map<string, BackendPlan | ConfigError>();
  for (const [name, backend] of recordEntries(
    parts.get("backends"),
    where,
    "an object with a URL for each name",
  )) {
    const inside = isWhole ? where.at(name) : place;
    backends.set(
      name,
      planOrError(backend, { place: inside, env, foreignSchemes: [...foreign.keys()] }),
    );
  }
  if (backends.size === 0 || backends.size > BACKEND_COUNT_MAX) {
    throw where.error(`has ${backends.size} names; accepted: 1 to ${BACKEND_COUNT_MAX}`);
  }
  return {
    place,
    defaults: readValue(DEFAULTS, parts.get("defaults") ?? {}, {
      place: place.at("defaults"),
      env,
    }) as ConfigPlan["defaults"],
    backends,
    environments: readEnvironments(parts.get("environments"), place.at("environments"), [
      ...backends.keys(),
    ]),
    schemes: foreign,
  };
}

function planOrError(
  given: unknown,
  planning: {
    readonly place: Place;
    readonly env: Environment;
    readonly foreignSchemes: readonly string[];
  },
): BackendPlan | ConfigError {
  try {
    return planBackend(given, { ...planning, depth: 0 });
  } catch (error) {
    if (error instanceof ConfigError && error.isMissing) return error;
    throw error;
  }
}

function readEnvironments(
  given: unknown,
  place: Place,
  names: readonly string[],
): ReadonlyMap<string, string> {
  const entries = recordEntries(
    given ?? {},
    place,
    "an object with a backend's name for each environment",
  );
  return new Map(
    entries.map(([environment, name]) => {
      const where = place.at(environment);
      if (typeof name !== "string") throw where.invalid(name, shownNames(names));
      if (!names.includes(name)) throw where.unknown(name, "a backend", names);
      return [environment, name];
    }),
  );
}

function readSchemes(given: unknown, place: Place): ReadonlyMap<string, string> {
  const entries = recordEntries(
    given ?? {},
    place,
    "an object with a package's name for each scheme",
  );
  return new Map(
    entries.map(([scheme, name]) => {
      const where = place.at(scheme);
      if (!SCHEME.test(scheme))
        throw place.error("has a key that is no scheme; accepted: small letters");
      if (typeof name !== "string" || !PACKAGE.test(name))
        throw where.invalid(name, "the name of a package");
      return [scheme, name];
    }),
  );
}
