import { setTimeout as sleepWhatever } from "node:timers/promises";
import type { Scene } from "../fault.ts";

/** What a fault does, for how long, and how it is taken back. */
export interface Breakage {
  begin(): void | Promise<void>;
  readonly lastMs: number;
  /** Whether it lasts that long even when the run ends meanwhile. Defaults to false. */
  readonly isWhole?: boolean;
  end(): void | Promise<void>;
}

/** Breaks something, waits and mends it, also when breaking it failed halfway. */
export async function breakFor(scene: Scene, breakage: Breakage): Promise<void> {
  const { lastMs, isWhole = false } = breakage;
  scene.note(`${Math.round(lastMs)} ms`);
  try {
    await breakage.begin();
    await (isWhole ? sleepWhatever(lastMs) : scene.sleep(lastMs));
  } finally {
    await breakage.end();
  }
}
