/**
 * Redlock over three real servers (`REDIS_URLS`, with commas). One of them goes, and nobody notices; with
 * two gone nobody is granted anything, and the error says of each what it answered.
 *
 * Prints:
 *   three servers: published
 *   two of three servers: published
 *   one of three servers: NO_QUORUM
 *   redis 2 gave no vote
 *   redis 3 gave no vote
 */
import { createLocks, LockError } from "@holdfast/core";
import { redlock } from "@holdfast/redlock";
import { Redis } from "ioredis";
import { publishOnce } from "./publish-once.ts";

const urls = process.env["REDIS_URLS"]?.split(",") ?? [];
if (urls.length !== 3) {
  console.error("Set REDIS_URLS, for example to redis://a:6379,redis://b:6379,redis://c:6379");
  process.exit(2);
}

const clients = urls.map((url) => new Redis(url));
const [, second, third] = clients;
// No guard, only because these servers may have been started this minute and hold nothing yet. The servers
// remember that for ten minutes and refuse clients with another guard: hence a prefix of its own.
const provider = redlock({ clients, prefix: "example:", restartGuardMs: 0 });
const locks = createLocks({ provider, ttlMs: 60_000 });

console.log(`three servers: ${await publishOnce(locks, "front", async () => {})}`);

third?.disconnect();
console.log(`two of three servers: ${await publishOnce(locks, "news", async () => {})}`);

second?.disconnect();
try {
  await publishOnce(locks, "sport", async () => {});
} catch (error) {
  if (!LockError.is(error)) throw error;
  console.log(`one of three servers: ${error.code}`);
  // Two that are gone settle it: whether the first has voted by then is up to chance.
  const [, ...votes] = error.votes ?? [];
  for (const { member, why } of votes) {
    if (why !== undefined) console.log(`${member} gave no vote`);
  }
}

await locks.close();
for (const client of clients) client.disconnect();
