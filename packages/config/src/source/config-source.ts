import path from "node:path";
import { ConfigError } from "../config-error.ts";
import { Place } from "../place.ts";
import { Secrets } from "../secrets.ts";
import type { Environment } from "../variables.ts";
import { findConfigFile } from "./find-config-file.ts";
import { readConfigFile } from "./read-config-file.ts";

/** A configuration that was found, not checked yet. */
export interface ConfigSource {
  readonly given: unknown;
  readonly place: Place;
  /** The folder from which packages are resolved. */
  readonly folder: string;
}

/** The first source that there is: what was given, HOLDFAST_URL, the nearest configuration file. */
export async function findSource(
  given: unknown,
  { env, cwd }: { readonly env: Environment; readonly cwd: string },
): Promise<ConfigSource> {
  if (given !== undefined)
    return sourceOf(given, typeof given === "string" ? "url" : "config", cwd);
  const url = Object.hasOwn(env, "HOLDFAST_URL") ? env["HOLDFAST_URL"] : undefined;
  if (url !== undefined && url !== "") return sourceOf(url, "HOLDFAST_URL", cwd);
  const file = findConfigFile(cwd);
  if (file === undefined) {
    throw new ConfigError(
      "No backend is configured. Give connectLocks a URL or a configuration, or set HOLDFAST_URL, or write " +
        "holdfast.config.json (or .ts, .mts, .js, .mjs) in the working directory or above it",
    );
  }
  const place = new Place(`${path.basename(file)}:`, new Secrets());
  return { given: await readConfigFile(file, place), place, folder: path.dirname(file) };
}

function sourceOf(given: unknown, label: string, folder: string): ConfigSource {
  return { given, place: new Place(label, new Secrets()), folder };
}
