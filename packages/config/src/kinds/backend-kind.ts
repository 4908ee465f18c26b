import type { Clock, LockProvider, Random } from "@holdfast/core";
import type { Place } from "../place.ts";
import type { Properties } from "../schema/schema.ts";

/** What a kind makes its provider from. */
interface ProviderRequest {
  /** The URL without its options. */
  readonly url: string;
  /** The backend's own options, checked. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly clock: Clock;
  readonly random: Random;
  /** Where the URL stands, for what is found wrong with it only now. */
  readonly place: Place;
  /** For backends that are made of others. */
  readonly members: readonly LockProvider[];
}

/** Everything that the schemes of one backend need to be served. */
export interface BackendKind {
  /** As it is called in errors. */
  readonly name: string;
  readonly schemes: readonly string[];
  /** What has to be installed; without it core has the backend. */
  readonly packageName?: string;
  /** Packages of which it uses one, the first being the one to install. */
  readonly drivers?: readonly string[];
  /** Its options beside those of locks. */
  readonly fields: Properties;
  /** Parts of the query that belong to the driver's URL and are not options. */
  readonly urlParameters?: readonly string[];
  /** The option whose elements are backends themselves. */
  readonly membersField?: string;
  /**
   * The servers that a URL without its query leads to, as `host:port`; none for what lives in the process. Refuses
   * one that cannot be right, without quoting it. Nothing is imported yet.
   */
  addressesOf(url: string, place: Place): readonly string[];
  /** Makes the provider from the exports of the package. Throws TypeError or RangeError. */
  create(exports: Readonly<Record<string, unknown>>, request: ProviderRequest): LockProvider;
}
