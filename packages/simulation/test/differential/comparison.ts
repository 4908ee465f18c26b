/** The clocks of the two sides go apart by the ticks of a run and by the time that it takes. */
const EXPIRY_TOLERANCE_MS = 60_000;

/** True when two replies to one command say the same. Expiries may differ by the tolerance. */
export function isSameReply(simulated: unknown, real: unknown): boolean {
  if (Array.isArray(simulated) && Array.isArray(real)) {
    return (
      simulated.length === real.length && simulated.every((item, at) => isSameReply(item, real[at]))
    );
  }
  if (simulated instanceof Error && real instanceof Error) {
    return codeOf(simulated.message) === codeOf(real.message);
  }
  if (typeof simulated === "string" && typeof real === "string") {
    return isSameText(simulated, real);
  }
  return simulated === real;
}

/** As {@link isSameReply}, of INSPECT: its third item is an expiry, -1 for none. */
export function isSameInspection(simulated: unknown, real: unknown): boolean {
  if (!Array.isArray(simulated) || !Array.isArray(real)) return isSameReply(simulated, real);
  const [waiters, incarnation, remainingMs, ...rest] = simulated;
  const [realWaiters, realIncarnation, realRemainingMs, ...realRest] = real;
  return (
    isSameExpiry(Number(remainingMs ?? -1), Number(realRemainingMs ?? -1)) &&
    isSameReply([waiters, incarnation, ...rest], [realWaiters, realIncarnation, ...realRest])
  );
}

/** True when both keys have no expiry, are absent, or expire at about the same time. */
export function isSameExpiry(simulatedMs: number, realMs: number): boolean {
  if (simulatedMs < 0 || realMs < 0) return simulatedMs === realMs;
  return Math.abs(simulatedMs - realMs) <= EXPIRY_TOLERANCE_MS;
}

/** A place in a queue: stamp, PTTL, rank. */
const PLACE = /^=(\d+) (-?\d+) (\d+)$/;

/** `-` or `=` and a PTTL, or the message of one item's error after `!`. */
function isSameText(simulated: string, real: string): boolean {
  if (/^[-=]\d+$/.test(simulated) && /^[-=]\d+$/.test(real) && simulated[0] === real[0]) {
    return isSameExpiry(Number(simulated.slice(1)), Number(real.slice(1)));
  }
  const [place, realPlace] = [PLACE.exec(simulated), PLACE.exec(real)];
  if (place !== null && realPlace !== null) {
    return (
      place[1] === realPlace[1] &&
      isSameExpiry(Number(place[2]), Number(realPlace[2])) &&
      place[3] === realPlace[3]
    );
  }
  if (/^!./.test(simulated) && /^!./.test(real)) {
    return codeOf(simulated.slice(1)) === codeOf(real.slice(1));
  }
  return simulated === real;
}

const CODES: readonly string[] = ["NOSCRIPT", "WRONGTYPE", "FENCEMAX"];

/** Everything else is an error of Lua itself, whose words are its own. */
function codeOf(message: string): string {
  const code = message.split(" ", 1)[0] ?? "";
  return CODES.includes(code) ? code : "ERR";
}
