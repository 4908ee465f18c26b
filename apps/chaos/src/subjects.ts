import type { Subject } from "./subject.ts";
import { holdfast } from "./subjects/holdfast.ts";
import { peers } from "./subjects/peers.ts";

/** Holdfast first, and then the peers of `--peer`. */
export const subjects: readonly Subject[] = [holdfast, ...peers];
