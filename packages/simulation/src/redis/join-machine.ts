import { digitsOf, numberOf } from "./lua-number.ts";
import { operand, type ScriptMachine } from "./script-machine.ts";

const MARKER = /^(.*):([^:]*):(\d+):(\d+)$/s;
const CREATED = /:(\d+):\d+$/;

/** JOIN: KEYS marker. ARGV fingerprint fenceTtlMs guardUs known run_id. */
export const join: ScriptMachine = (keyspace, keys, argv) => {
  const { nowUs } = keyspace;
  const [key, fingerprint] = [operand(keys, 0), operand(argv, 0)];
  const guardUs = numberOf(operand(argv, 2));
  const known = operand(argv, 3);
  const runId = operand(argv, 4);
  const found = keyspace.get(key);
  let createdUs = nowUs;
  let untilUs = 0;
  if (found !== undefined) {
    const [, theirs = "", theirRunId, created = "", abstainUntil = ""] = MARKER.exec(found) ?? [];
    if (theirs !== fingerprint) return `?${theirs}`;
    createdUs = numberOf(created);
    untilUs = numberOf(abstainUntil);
    if (theirRunId !== runId) untilUs = Math.max(untilUs, nowUs + guardUs);
  }
  const isKnown = known === "" || known === found;
  if (!isKnown && CREATED.exec(known)?.[1] !== digitsOf(createdUs)) {
    untilUs = Math.max(untilUs, createdUs + guardUs);
  }
  const marker = `${fingerprint}:${runId}:${digitsOf(createdUs)}:${digitsOf(untilUs)}`;
  keyspace.set(key, marker, Number(operand(argv, 1)));
  return [marker, digitsOf(Math.max(0, untilUs - nowUs))];
};
