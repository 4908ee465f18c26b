import { createHash } from "node:crypto";

/** The canonical release of a Redis lock: delete the key only while it still holds our value. */
const source =
  'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end return 0';

/** The release script of the raw strategies, loaded once and then called by its digest. */
export const compareAndDelete: { readonly source: string; readonly sha1: string } = {
  source,
  sha1: createHash("sha1").update(source).digest("hex"),
};
