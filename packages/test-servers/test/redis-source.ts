import { ensureServers, type ServerSource } from "../src/index.ts";

const [found] = await ensureServers(["redis"]);
if (found && !found.available) process.stderr.write(`${found.explanation}\n`);

/** Where the Redis servers of this run come from; undefined when what needs them is left out. */
export const redisSource: ServerSource | undefined = found?.available ? found.source : undefined;
