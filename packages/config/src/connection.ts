import {
  createLocks,
  type LockProvider,
  type Locks,
  type LocksOptions,
  systemClock,
  systemRandom,
} from "@holdfast/core";
import { ConfigError } from "./config-error.ts";
import type { ConnectOptions } from "./connect-options.ts";
import type { BackendOptions, HoldfastConfig } from "./holdfast-config.ts";
import { LOCKS_FIELDS } from "./locks-fields.ts";
import { loadBackend, type Opening, saidOf } from "./open/open-backend.ts";
import { Place } from "./place.ts";
import type { BackendPlan } from "./plan/backend-plan.ts";
import { chooseBackend } from "./plan/choose-backend.ts";
import { type ConfigPlan, planConfig } from "./plan/config-plan.ts";
import { readValue, recordEntries } from "./schema/read-value.ts";
import { Secrets } from "./secrets.ts";
import { findSource } from "./source/config-source.ts";

/** Where a backend is configured. */
export type ConfigInput = string | BackendOptions | HoldfastConfig;

/** A provider with the options that its locks are to have. */
export interface ConnectedProvider {
  /** Of the backend in its configuration. */
  readonly name: string;
  readonly provider: LockProvider;
  /** For `createLocks`. */
  readonly options: LocksOptions;
}

const KEYS = ["backend", "environment", "schemes", "cwd", "env", "clock", "random"];

/** A configuration that was read and checked, and what its backends are opened with. */
export class Connection {
  readonly plan: ConfigPlan;
  /** Of the backend that is meant. */
  readonly name: string;
  readonly #opening: Opening;
  readonly #overrides: Readonly<Record<string, unknown>>;

  private constructor(
    plan: ConfigPlan,
    name: string,
    rest: { readonly opening: Opening; readonly overrides: Readonly<Record<string, unknown>> },
  ) {
    this.plan = plan;
    this.name = name;
    this.#opening = rest.opening;
    this.#overrides = rest.overrides;
  }

  /** Finds the source and checks all of it. Rejects CONFIG_INVALID. */
  static async read(input: unknown, options: ConnectOptions): Promise<Connection> {
    const at = new Place("overrides", new Secrets());
    const { settings, others } = splitOverrides(options, at);
    const { env = process.env, cwd = process.cwd(), schemes } = others;
    const { clock = systemClock, random = systemRandom } = others;
    const overrides = readValue(SETTINGS, settings, { place: at, env }) as typeof settings;
    const { given, place, folder } = await findSource(input, { env, cwd });
    const plan = planConfig(given, { place, env, schemes });
    const { backend, environment } = others;
    const name = chooseBackend(plan, { backend, environment, env });
    const opening = { folder, schemes: plan.schemes, env, clock, random };
    return new Connection(plan, name, { opening, overrides });
  }

  /** Imports what a backend needs. Rejects CONFIG_INVALID; the provider is made when it is wanted. */
  async load(name: string): Promise<() => ConnectedProvider> {
    const plan = this.plan.backends.get(name);
    if (plan === undefined || plan instanceof ConfigError) throw plan;
    const make = await loadBackend(plan, this.#opening);
    return () => {
      const provider = make();
      return { name, provider, options: this.#locksOptions(plan, provider) };
    };
  }

  /** The same, with locks on it. */
  async loadLocks(name: string): Promise<() => Locks> {
    const connect = await this.load(name);
    return () => {
      const { provider, options } = connect();
      try {
        return createLocks(options);
      } catch (error) {
        void provider[Symbol.asyncDispose]();
        throw saidOf(this.plan.backends.get(name) as BackendPlan, error);
      }
    };
  }

  #locksOptions({ locks }: BackendPlan, provider: LockProvider): LocksOptions {
    const { fenceBase, ...others } = { ...this.plan.defaults, ...locks, ...this.#overrides };
    const { clock, random } = this.#opening;
    const base = typeof fenceBase === "string" ? { fenceBase: BigInt(fenceBase) } : {};
    return { ...others, ...base, provider, clock, random };
  }
}

const SETTINGS = { type: "object", properties: LOCKS_FIELDS, additionalProperties: false } as const;

/** The options of locks apart from the rest. */
function splitOverrides(
  options: ConnectOptions,
  place: Place,
): { readonly settings: Readonly<Record<string, unknown>>; readonly others: ConnectOptions } {
  const entries = recordEntries(options, place, "an object");
  const isOther = ([key]: readonly [string, unknown]) => KEYS.includes(key);
  return {
    settings: Object.fromEntries(entries.filter((entry) => !isOther(entry))),
    others: Object.fromEntries(entries.filter(isOther)),
  };
}
