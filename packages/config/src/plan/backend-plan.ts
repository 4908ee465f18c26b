import type { BackendKind } from "../kinds/backend-kind.ts";
import type { Place } from "../place.ts";

/** An option as it was given: as a value in an object, or as texts in a URL's query. */
export type GivenOption =
  | { readonly value: unknown; readonly place: Place }
  | { readonly texts: readonly string[]; readonly place: Place };

/** One backend, checked as far as nothing has to be imported for it. */
export interface BackendPlan {
  /** Undefined for a scheme that only a package of somebody else knows. */
  readonly kind: BackendKind | undefined;
  readonly scheme: string;
  /** Its variables are in; without the options, with what belongs to the driver. */
  readonly url: string;
  readonly place: Place;
  /** The servers it leads to, as `host:port`. */
  readonly addresses: readonly string[];
  /** The options of locks. */
  readonly locks: Readonly<Record<string, unknown>>;
  /** The backend's own options. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What the package of somebody else has yet to check. */
  readonly unchecked: ReadonlyMap<string, GivenOption>;
  readonly members: readonly BackendPlan[];
}
