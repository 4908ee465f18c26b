import { memory } from "@holdfast/core";
import type { BackendKind } from "./backend-kind.ts";
import { nowhere } from "./checked-url.ts";

/** `memory:`, one process. */
export const memoryKind: BackendKind = {
  name: "memory",
  schemes: ["memory"],
  fields: {},
  addressesOf: nowhere,
  create: (_exports, { clock }) => memory({ clock }),
};
