import { ensureServers, type ServerKindName, type ServerSource } from "../src/index.ts";

/** Where the servers of this run come from; undefined when what needs them is left out. */
async function sourceOf(kind: ServerKindName): Promise<ServerSource | undefined> {
  const [found] = await ensureServers([kind]);
  if (found && !found.available) process.stderr.write(`${found.explanation}\n`);
  return found?.available ? found.source : undefined;
}

export const redisSource: ServerSource | undefined = await sourceOf("redis");
export const postgresSource: ServerSource | undefined = await sourceOf("postgres");
export const etcdSource: ServerSource | undefined = await sourceOf("etcd");
