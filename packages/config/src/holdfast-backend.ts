import type { Clock, LockProvider, Random } from "@holdfast/core";
import type { Properties } from "./schema/schema.ts";

/** What a `holdfastBackend` makes its provider from. */
export interface BackendRequest {
  /** As it was configured, without the options in its query; its variables are in. May hold a password. */
  readonly url: string;
  /** The options, checked by their schemas. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The provider must use this clock: `sentAtMs` of another cannot be compared. */
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * What a package exports as `holdfastBackend` to be configured by URL. The package is named in the
 * configuration: `schemes: { mine: "holdfast-mine" }`.
 */
export interface HoldfastBackend {
  /** The options beside those of `createLocks`, as JSON Schema. */
  readonly options: Properties;
  /** Makes the provider, which connects on first use. A TypeError or RangeError becomes CONFIG_INVALID. */
  create(request: BackendRequest): LockProvider;
}
