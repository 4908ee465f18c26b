import type { LockProvider } from "@holdfast/core";
import { type RedisClientOptions, type RedisUrlOptions, redis } from "@holdfast/redis";

/** What `redis()` says of its own client or url, and not of an option that all members share. */
const OF_ONE_MEMBER = /^(?:url|client|tls)\b/;
const SUBJECT = /^(?:url|client):? /;

/**
 * The provider of the server at `index`. Throws what `redis()` throws; where that is about the client or URL
 * of this server, the message says which one it is.
 */
export function memberAt(
  index: number,
  options: RedisClientOptions | RedisUrlOptions,
): LockProvider {
  try {
    return redis(options);
  } catch (error) {
    if (!(error instanceof Error) || !OF_ONE_MEMBER.test(error.message)) throw error;
    const element = `${options.url === undefined ? "clients" : "urls"}[${index}]`;
    const words = `${element}: ${error.message.replace(SUBJECT, "")}`;
    const isRange = error instanceof RangeError;
    throw isRange
      ? new RangeError(words, { cause: error })
      : new TypeError(words, { cause: error });
  }
}
