import type { Clock, Random } from "@holdfast/core";
import type { LocksSettings } from "./holdfast-config.ts";
import type { Environment } from "./variables.ts";

/** What a program says differently from its configuration. */
export interface ConnectOptions extends LocksSettings {
  /** The backend, by its name in the configuration. Default: the one of the environment, or the only one. */
  readonly backend?: string | undefined;
  /** The environment. Default: HOLDFAST_ENV, then NODE_ENV. */
  readonly environment?: string | undefined;
  /** Packages for schemes that are not built in, beside those of the configuration. */
  readonly schemes?: Readonly<Record<string, string>> | undefined;
  /** Where to look for a configuration file, and for packages unless one is found. Default: the working directory. */
  readonly cwd?: string | undefined;
  /** Where variables are looked up. Default: `process.env`. */
  readonly env?: Environment | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}
