import { BYTES_PER_CYCLE_MAX, type Slope } from "./slope.ts";
import { isClean, type SoakResult } from "./soak-result.ts";

const MEBIBYTE = 2 ** 20;

/** What a soak prints in the end. */
export function soakText(result: SoakResult): string {
  const { backend, cycles, seconds, callers, leftovers, faults } = result;
  const rate = seconds > 0 ? Math.round(cycles / seconds) : 0;
  const failed = Object.entries(faults).map(([code, count]) => `${count} × ${code}`);
  return [
    `${backend}: ${whole(cycles)} cycles of ${callers} callers in ${seconds.toFixed(1)} s, ${whole(rate)} a second`,
    `  ${whole(result.serverCycles)} granted by the backend, ${whole(result.localCycles)} handed on inside the process`,
    `  ${whole(result.withdrawn)} waits withdrawn, ${whole(result.renewals)} renewals${failed.length > 0 ? `; failed: ${failed.join(", ")}` : ""}`,
    `  ${slopeText(result.slope)}`,
    `  ${memoryText(result)}`,
    ...(leftovers.length === 0 ? ["  nothing is left"] : ["  left behind:"]),
    ...leftovers.map((what) => `    ${what}`),
    `${isClean(result) ? "clean" : "NOT CLEAN"}${result.isInterrupted ? ", ended early" : ""}`,
  ].join("\n");
}

function slopeText({ leastSquares, median, resolution, verdict }: Slope): string {
  const fits = `${leastSquares.toFixed(3)} bytes a cycle by least squares, ${median.toFixed(3)} by the median`;
  switch (verdict) {
    case "flat":
      return `memory: ${fits}; below ${BYTES_PER_CYCLE_MAX}`;
    case "leaks":
      return `memory GROWS: ${fits}`;
    case "too-short":
      return `memory: ${fits}; too few cycles to tell less than ${resolution.toFixed(1)} from nothing`;
  }
}

function memoryText({ samples }: SoakResult): string {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return "memory was never measured";
  const [from, to] = [first, last].map(
    ({ heapBytes, externalBytes }) => `${((heapBytes + externalBytes) / MEBIBYTE).toFixed(2)} MiB`,
  );
  return `${from} after ${whole(first.cycles)} cycles, ${to} after ${whole(last.cycles)}`;
}

function whole(count: number): string {
  return count.toLocaleString("en");
}
