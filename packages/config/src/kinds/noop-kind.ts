import { noop } from "@holdfast/core";
import type { BackendKind } from "./backend-kind.ts";
import { nowhere } from "./checked-url.ts";

/** `noop:`, which grants everybody. */
export const noopKind: BackendKind = {
  name: "noop",
  schemes: ["noop"],
  fields: {},
  addressesOf: nowhere,
  create: (_exports, { clock }) => noop({ clock }),
};
