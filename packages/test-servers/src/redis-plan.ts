import type { Certificate } from "./certificate.ts";
import type { LaunchPlan, ServerPlace, ServerReach } from "./launch-plan.ts";
import type { RedisOptions, RedisUser } from "./redis-options.ts";
import { RespClient } from "./resp-client.ts";
import { withClock } from "./server-clock.ts";
import type { ServerKind } from "./server-kind.ts";

export const redisKind: ServerKind = {
  name: "redis",
  binary: "redis-server",
  debianPackages: ["redis-server"],
  image: "redis:7",
};

/** Name of the Unix socket in the server's data directory. */
export const REDIS_SOCKET_NAME = "redis.sock";

/** Longest single question to a server that starts; short, because it is asked again. */
const PROBE_TIMEOUT_MS = 1_000;

/** Turns the options into a command line, files and a readiness question. */
export function redisPlan(options: RedisOptions, certificate?: Certificate): LaunchPlan {
  return {
    kind: redisKind,
    files: files(options, certificate),
    command: (place, program) => [
      ...withClock(options.clock, [program]),
      ...placeArguments(place, options),
      ...persistenceArguments(options),
      ...["--repl-diskless-sync-delay", "0"], // A replica would wait five seconds for companions.
      ...replicaArguments(options),
      ...(options.users || options.password ? ["--aclfile", `${place.filesDir}/users.acl`] : []),
      ...(options.databases === undefined ? [] : ["--databases", String(options.databases)]),
      ...(options.maxmemory === undefined ? [] : ["--maxmemory", options.maxmemory]),
      ...(options.maxmemoryPolicy === undefined
        ? []
        : ["--maxmemory-policy", options.maxmemoryPolicy]),
      ...(options.args ?? []),
    ],
    isReady: (reach) => isReady(reach, options, certificate?.certificatePem),
  };
}

function files(options: RedisOptions, certificate?: Certificate): Readonly<Record<string, string>> {
  return {
    ...(options.users || options.password ? { "users.acl": aclFile(options) } : {}),
    ...(certificate
      ? { "server.crt": certificate.certificatePem, "server.key": certificate.keyPem }
      : {}),
  };
}

function aclFile({ password, users = [] }: RedisOptions): string {
  const everything = "~* &* +@all";
  const line = (user: RedisUser): string =>
    `user ${user.name} on >${user.password} ${user.rules ?? everything}\n`;
  const defaultUser =
    password === undefined
      ? `user default on nopass ${everything}\n`
      : line({ name: "default", password });
  return defaultUser + users.map(line).join("");
}

function placeArguments(place: ServerPlace, options: RedisOptions): readonly string[] {
  const { host, port, dataDir, filesDir } = place;
  // The address already says who may connect; protected mode would refuse the host of a container.
  const base = ["--bind", host, "--protected-mode", "no", "--dir", dataDir];
  const socket = options.unixSocket ? ["--unixsocket", `${dataDir}/${REDIS_SOCKET_NAME}`] : [];
  if (!options.tls) return [...base, ...socket, "--port", String(port)];
  return [
    ...base,
    ...socket,
    ...["--port", "0", "--tls-port", String(port), "--tls-auth-clients", "no"],
    ...["--tls-cert-file", `${filesDir}/server.crt`, "--tls-key-file", `${filesDir}/server.key`],
    ...["--tls-ca-cert-file", `${filesDir}/server.crt`],
  ];
}

function persistenceArguments({ persistence = "none" }: RedisOptions): readonly string[] {
  if (persistence === "none") return ["--save", "", "--appendonly", "no"];
  return ["--save", "", "--appendonly", "yes", "--appendfsync", persistence];
}

function replicaArguments({ replicaOf }: RedisOptions): readonly string[] {
  if (replicaOf === undefined) return [];
  const { host, port } = replicaOf.peerAddress;
  return [
    ...["--replicaof", host, String(port)],
    ...(replicaOf.password === undefined ? [] : ["--masterauth", replicaOf.password]),
  ];
}

/**
 * The answer must come from the very process that was started: where its port was taken, another
 * server listens there and would answer just as well.
 */
async function isReady(reach: ServerReach, options: RedisOptions, ca?: string): Promise<boolean> {
  await using client = await RespClient.connect({
    ...reach,
    ca,
    password: options.password,
    timeoutMs: PROBE_TIMEOUT_MS,
  });
  if ((await client.command("PING")) !== "PONG") return false;
  const info = String(await client.command("INFO"));
  if (reach.pid !== undefined && !info.includes(`process_id:${reach.pid}\r\n`)) return false;
  return options.replicaOf === undefined || info.includes("master_link_status:up\r\n");
}
