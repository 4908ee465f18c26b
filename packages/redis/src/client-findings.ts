import type { Finding } from "@holdfast/core";
import type { RedisConnection } from "./redis-client.ts";

/** Options of the user's client that let a command outlive its caller or change the keys. */
export function clientFindings({ driver, clientOptions }: RedisConnection): readonly Finding[] {
  return driver === "ioredis" ? ioredisFindings(clientOptions) : nodeRedisFindings(clientOptions);
}

type Options = Readonly<Record<string, unknown>>;

function ioredisFindings(options: Options): readonly Finding[] {
  const findings: Finding[] = [];
  if (options["enableOfflineQueue"] !== false) {
    findings.push(
      warning(
        "ioredis keeps commands in an offline queue (enableOfflineQueue)",
        "enableOfflineQueue: false, so that no command runs after its caller left",
      ),
    );
  }
  if (options["autoResendUnfulfilledCommands"] !== false) {
    findings.push(
      warning(
        "ioredis sends unanswered commands again after a reconnect (autoResendUnfulfilledCommands)",
        "autoResendUnfulfilledCommands: false; releases after a reconnect then leave no tombstone",
      ),
    );
  }
  if (options["maxRetriesPerRequest"] !== 0) {
    findings.push(
      warning(
        "ioredis keeps commands through several reconnects (maxRetriesPerRequest)",
        "maxRetriesPerRequest: 0",
      ),
    );
  }
  if (typeof options["reconnectOnError"] === "function") {
    findings.push(
      warning(
        "ioredis may send a command again after an error reply (reconnectOnError)",
        "make reconnectOnError answer false or 1, never 2",
      ),
    );
  }
  findings.push(...keyPrefixFindings(options["keyPrefix"]));
  return findings;
}

/** ioredis puts its own prefix before ours. It excludes alike, but only those who have it too. */
function keyPrefixFindings(keyPrefix: unknown): readonly Finding[] {
  if (typeof keyPrefix !== "string" || keyPrefix === "") return [];
  const what = `ioredis puts ${JSON.stringify(keyPrefix)} before every key (keyPrefix)`;
  if (/[{}]/.test(keyPrefix)) {
    const remedy = "remove the braces, or use the provider's own prefix";
    return [{ severity: "error", what: `${what}, and its braces move the keys' slots`, remedy }];
  }
  return [warning(what, "give every client of these locks the same one, or none")];
}

function nodeRedisFindings(options: Options): readonly Finding[] {
  if (options["disableOfflineQueue"] === true) return [];
  return [
    warning(
      "node-redis keeps commands in an offline queue (disableOfflineQueue is not set)",
      "disableOfflineQueue: true, so that no command runs after its caller left",
    ),
  ];
}

function warning(what: string, remedy: string): Finding {
  return { severity: "warning", what, remedy };
}
