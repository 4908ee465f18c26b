import { digitsOf, numberOf } from "./lua-number.ts";
import { operand, type ScriptMachine } from "./script-machine.ts";

const MARKER = /^(.*):(\d+):(\d+)$/s;
const CREATED = /:(\d+):\d+$/;

/** JOIN: KEYS marker. ARGV fingerprint fenceTtlMs guardUs known. */
export const join: ScriptMachine = (keyspace, keys, argv) => {
  const { nowUs } = keyspace;
  const [key, fingerprint] = [operand(keys, 0), operand(argv, 0)];
  const guardUs = numberOf(operand(argv, 2));
  const known = operand(argv, 3);
  const found = keyspace.get(key);
  let createdUs = nowUs;
  let untilUs = 0;
  if (found !== undefined) {
    const [, theirs, created = "", abstainUntil = ""] = MARKER.exec(found) ?? [];
    if (theirs !== fingerprint) return "?";
    createdUs = numberOf(created);
    untilUs = numberOf(abstainUntil);
  }
  const isKnown = known === "" || known === found;
  if (!isKnown && CREATED.exec(known)?.[1] !== digitsOf(createdUs)) {
    untilUs = Math.max(untilUs, createdUs + guardUs);
  }
  const marker = `${fingerprint}:${digitsOf(createdUs)}:${digitsOf(untilUs)}`;
  keyspace.set(key, marker, Number(operand(argv, 1)));
  return [marker, digitsOf(Math.max(0, untilUs - nowUs))];
};
