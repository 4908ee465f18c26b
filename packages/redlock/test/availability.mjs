/**
 * Takes and gives back a thousand locks, one after the other, while all members are healthy, and again while a
 * minority is killed or hangs. Prints one line of JSON for each; ends with 1 unless all succeed within three
 * times the 99th percentile of the healthy run before.
 *
 *   node test/availability.mjs [cycles]
 */
import { createLocks } from "@holdfast/core";
import { redlock } from "@holdfast/redlock";
import { startRedisMany } from "@holdfast/test-servers";

const RATIO_MAX = 3;
const WARM_UP_CYCLES = 300;
const cycles = Number(process.argv[2] ?? 1_000);

/** @param {object} row */
function say(row) {
  process.stdout.write(`${JSON.stringify(row)}\n`);
}

/**
 * @param {import("@holdfast/core").Locks} locks
 * @param {number} count
 * @param {string} kind
 */
async function run(locks, count, kind) {
  const tookMs = [];
  let succeeded = 0;
  for (let cycle = 0; cycle < count; cycle += 1) {
    const startMs = performance.now();
    const outcome = await locks
      .acquire(`availability/${kind}/${cycle}`, { waitMs: 0 })
      .then((lease) => lease.release())
      .catch((error) => String(error));
    tookMs.push(performance.now() - startMs);
    if (outcome === "released") succeeded += 1;
    else process.stderr.write(`${outcome}\n`);
  }
  tookMs.sort((a, b) => a - b);
  const at = (/** @type {number} */ share) =>
    Number((tookMs[Math.floor(share * count)] ?? 0).toFixed(3));
  return { cycles: count, succeeded, p50Ms: at(0.5), p99Ms: at(0.99) };
}

/**
 * @param {number} members
 * @param {number} faulty
 * @param {"killed" | "hung"} fault
 * @returns {Promise<boolean>}
 */
async function compare(members, faulty, fault) {
  const servers = await startRedisMany(members);
  const urls = servers.map(({ url }) => url);
  const locks = createLocks({ provider: redlock({ urls, restartGuardMs: 0 }) });
  try {
    await locks.ping();
    await run(locks, WARM_UP_CYCLES, "warm-up");
    const healthy = await run(locks, cycles, "healthy");
    for (const server of servers.slice(0, faulty)) {
      await (fault === "killed" ? server.kill() : server.pause());
    }
    const harmed = await run(locks, cycles, fault);
    const ratio = Number((harmed.p99Ms / healthy.p99Ms).toFixed(2));
    const state = `${faulty} of ${members} ${fault}`;
    say({ state: `${members} healthy, before ${state}`, ...healthy });
    say({ state, ...harmed, p99Ratio: ratio });
    return healthy.succeeded === cycles && harmed.succeeded === cycles && ratio < RATIO_MAX;
  } finally {
    await locks.close();
    await Promise.all(servers.map((server) => server.stop()));
  }
}

let isGood = true;
for (const fault of /** @type {const} */ (["killed", "hung"])) {
  isGood = (await compare(3, 1, fault)) && isGood;
  isGood = (await compare(5, 2, fault)) && isGood;
}
process.exitCode = isGood ? 0 : 1;
