import { runConformance } from "@holdfast/conformance";
import { startFaultProxy } from "@holdfast/test-servers";
import { afterAll, describe, test } from "vitest";
import { LeaseService } from "../src/lease-service.ts";
import { leaseTable } from "../src/lease-table.ts";

const service = new LeaseService();
const proxy = await startFaultProxy({ target: await service.listen() });
const url = `http://127.0.0.1:${proxy.port}`;

await runConformance({
  runner: { describe, test, after: afterAll },
  harness: {
    name: "the example of a third party",
    open: async () => leaseTable(url),
    child: {
      module: new URL("./child.mjs", import.meta.url).href,
      env: { LEASE_SERVICE_URL: url },
    },
    faults: {
      hang: async () => proxy.hold("to-server"),
      resume: async () => proxy.deliver("to-server"),
      loseReplies: async () => proxy.drop("to-client"),
      heal: async () => proxy.heal(),
      killConnections: async () => proxy.reset(),
      deleteOutside: async (name) => service.remove(name),
    },
    leftovers: async () => service.names(),
    close: async () => {
      await proxy.close();
      await service.close();
    },
  },
});
