import type { Harness } from "@holdfast/conformance";
import type { LockProvider } from "@holdfast/core";
import { problemsOf } from "@holdfast/history";
import { type FaultProxy, startEtcd, startFaultProxy } from "@holdfast/test-servers";
import { etcd } from "../src/index.ts";
import { EtcdContents } from "./etcd-contents.ts";

/** Long enough for a busy machine, short enough that cases with faults do not last. */
const COMMAND_TIMEOUT_MS = 800;

/** Generous for a busy machine, on which a call may go unanswered: that costs its two seconds, twice. */
const HISTORY_BOUNDS = {
  noticeMs: 1_000,
  wakeUpMs: 10_000,
  handOffMs: 10_000,
  crashHandOffMs: 10_000,
  deliveryMs: 1_000,
} as const;

/**
 * The suite on one server. Clients of this process connect through a proxy, so that replies can be lost;
 * children connect directly.
 */
export async function etcdHarness(): Promise<Omit<Harness, "name">> {
  const server = await startEtcd();
  const contents = new EtcdContents(server);
  const proxy = await startFaultProxy({ target: server });
  return {
    open: async () => openThrough(proxy),
    faults: {
      hang: () => server.pause(),
      resume: () => server.resume(),
      loseReplies: async () => proxy.drop("to-client"),
      heal: () => proxy.heal(),
      killConnections: async () => proxy.reset(),
      forget: () => contents.clear(),
      deleteOutside: (name) => contents.deleteKeysOf(name),
    },
    child: {
      module: new URL("conformance-child.mjs", import.meta.url).href,
      env: { HOLDFAST_TEST_ETCD_URL: server.url },
    },
    // A lease without keys may outlive a process that was killed, for its ttl.
    leftovers: async () => (await contents.keys()).filter((key) => !isTombstone(key)),
    checkHistory: (events) => problemsOf(events, HISTORY_BOUNDS),
    close: async () => {
      await proxy.close();
      await server.stop();
    },
  };
}

function openThrough({ host, port }: FaultProxy): LockProvider {
  return etcd({ hosts: `${host}:${port}`, commandTimeoutMs: COMMAND_TIMEOUT_MS });
}

function isTombstone(key: string): boolean {
  return key.startsWith("holdfast//");
}
