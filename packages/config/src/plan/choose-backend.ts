import { shownNames } from "../shown.ts";
import type { Environment } from "../variables.ts";
import type { ConfigPlan } from "./config-plan.ts";

/** What the caller says about which backend it means. */
export interface Choice {
  readonly backend: string | undefined;
  readonly environment: string | undefined;
  readonly env: Environment;
}

/**
 * The name of the backend that is meant: the one that was asked for by name, the one of the environment (what the
 * caller says, then HOLDFAST_ENV, then NODE_ENV), the only one. Nothing is guessed: locks on the wrong backend
 * exclude nobody.
 */
export function chooseBackend(plan: ConfigPlan, { backend, environment, env }: Choice): string {
  const { place, environments, backends } = plan;
  const names = [...backends.keys()];
  if (backend !== undefined) {
    if (typeof backend === "string" && backends.has(backend)) return backend;
    throw place.at("backends").unknown(`${backend}`, "a backend", names);
  }
  const [only = ""] = names;
  if (environments.size === 0) {
    if (names.length === 1) return only;
    throw place.error(
      `has ${names.length} backends and no environments; accepted: environments, or one of ${shownNames(names)} by name`,
    );
  }
  const known = [...environments.keys()];
  const current = environment ?? own(env, "HOLDFAST_ENV") ?? own(env, "NODE_ENV");
  const where = place.at("environments");
  if (current === undefined) {
    throw where.error(
      `is not chosen from: set HOLDFAST_ENV or NODE_ENV; accepted: ${shownNames(known)}`,
    );
  }
  const chosen = environments.get(current);
  if (chosen === undefined) throw where.unknown(`${current}`, "an environment", known);
  return chosen;
}

/** An empty variable is one that was meant to be unset. */
function own(env: Environment, name: string): string | undefined {
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  return value === "" ? undefined : value;
}
