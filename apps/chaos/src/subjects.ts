import type { Subject } from "./subject.ts";
import { holdfast } from "./subjects/holdfast.ts";

/** Holdfast first, and then the peers of `--peer`. */
export const subjects: readonly Subject[] = [holdfast];
