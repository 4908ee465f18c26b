import { setTimeout as sleep } from "node:timers/promises";
import { until } from "@holdfast/test-servers";
import type { Fault, Scene } from "../src/fault.ts";
import type { Fleet } from "../src/fleet.ts";
import type { Ground } from "../src/ground.ts";
import { type Observations, Probe } from "./probe.ts";
import { StrongestStream } from "./strongest-stream.ts";

const MENDED_MS_MAX = 20_000;

/** No fault of the backend's side asks for a process. */
const nobody: Fleet = new Proxy({} as Fleet, {
  get(_target, property) {
    throw new Error(`a fault of the backend asked for the fleet: ${String(property)}`);
  },
});

/** What was seen while a fault was inflicted. */
export interface Inflicted {
  readonly notes: readonly string[];
  /** For each member in turn. */
  readonly seen: readonly Observations[];
}

/**
 * Asks each member all the time, through its proxy, while the fault is under way. Resolves when it is mended
 * and every member answers again at once.
 */
export async function inflict(fault: Fault, ground: Ground, ttlMsMax: number): Promise<Inflicted> {
  const notes: string[] = [];
  const scene: Scene = {
    ground,
    fleet: nobody,
    ttlMsMax,
    signal: new AbortController().signal,
    random: new StrongestStream(),
    sleep: async (ms) => void (await sleep(ms)),
    note: (text) => void notes.push(text),
  };
  const probes = ground.members.map((_member, index) => new Probe(ground, index));
  try {
    await Promise.all(probes.map((probe) => probe.isWell()));
    await fault.inflict(scene);
    await ground.ready();
    const allWell = async (): Promise<boolean> =>
      (await Promise.all(probes.map((probe) => probe.isWell()))).every(Boolean);
    const seen = probes.map((probe) => probe.stop());
    await until(`${fault.id} is mended`, allWell, MENDED_MS_MAX);
    return { notes, seen };
  } finally {
    await Promise.all(probes.map((probe) => probe.close()));
  }
}
