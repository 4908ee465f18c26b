import { type Clock, LockError, type LockProvider, type Random } from "@holdfast/core";
import type { HoldfastBackend } from "../holdfast-backend.ts";
import { LOCKS_FIELDS } from "../locks-fields.ts";
import type { BackendPlan } from "../plan/backend-plan.ts";
import { readOptions } from "../plan/read-options.ts";
import type { Environment } from "../variables.ts";
import { importPackage } from "./import-package.ts";

/** What providers are made with, whatever the backend. */
export interface Opening {
  readonly folder: string;
  readonly schemes: ReadonlyMap<string, string>;
  readonly env: Environment;
  readonly clock: Clock;
  readonly random: Random;
}

/** Makes a provider, which opens nothing before its first call. Throws CONFIG_INVALID. */
export type ProviderMaker = () => LockProvider;

/** Imports what a backend needs, so that its provider can be made at once when it is wanted. */
export async function loadBackend(plan: BackendPlan, opening: Opening): Promise<ProviderMaker> {
  const { kind, place, url, options } = plan;
  if (kind === undefined) return loadForeign(plan, opening);
  const { folder, clock, random } = opening;
  const { packageName: name } = kind;
  const drivers = driversOf(plan);
  const exports = name === undefined ? {} : await importPackage({ name, drivers }, folder, place);
  const memberMakers: ProviderMaker[] = [];
  for (const member of plan.members) memberMakers.push(await loadBackend(member, opening));
  return () => {
    const members: LockProvider[] = [];
    try {
      for (const make of memberMakers) members.push(make());
      return kind.create(exports, { url, options, place, clock, random, members });
    } catch (error) {
      // Nothing was opened yet: what goes is what they allocated.
      for (const member of members) void member[Symbol.asyncDispose]();
      throw saidOf(plan, error);
    }
  };
}

/** One of them must be installed. */
function driversOf({ kind, options }: BackendPlan): readonly string[] {
  const { driver } = options;
  return typeof driver === "string" ? [driver] : (kind?.drivers ?? []);
}

/** A scheme that the package of somebody else serves, by what it exports as `holdfastBackend`. */
async function loadForeign(plan: BackendPlan, opening: Opening): Promise<ProviderMaker> {
  const { scheme, place, url, unchecked } = plan;
  const { folder, schemes, env, clock, random } = opening;
  const name = schemes.get(scheme) ?? "";
  const exports = await importPackage({ name }, folder, place);
  const backend = exports["holdfastBackend"] as Partial<HoldfastBackend> | undefined;
  const { options: fields, create } = backend ?? {};
  if (typeof create !== "function" || typeof fields !== "object") {
    throw place.error(`needs ${name} to export holdfastBackend with options and create`);
  }
  const known = [...Object.keys(fields), ...Object.keys(LOCKS_FIELDS)];
  for (const [key, option] of unchecked) {
    if (!known.includes(key)) throw option.place.isNot(`an option of ${scheme}`, key, known);
  }
  const options = readOptions(fields, unchecked, env);
  return () => {
    try {
      return create.call(backend, { url, options, clock, random });
    } catch (error) {
      throw saidOf(plan, error);
    }
  };
}

/** What an adapter or core refuses, as an error of this place of the configuration. */
export function saidOf({ place }: Pick<BackendPlan, "place">, error: unknown): unknown {
  const isRefusal = error instanceof TypeError || error instanceof RangeError;
  const isUnsupported = LockError.is(error) && error.code === "UNSUPPORTED";
  return isRefusal || isUnsupported ? place.says(error.message) : error;
}
