/**
 * Microseconds on the monotonic clock of the machine. Unlike `performance.now()`, whose origin is
 * the process, its readings can be compared between processes of one machine.
 */
export function hostUs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + nanoseconds / 1e3;
}
