import type { AgentHost } from "../agent/agent-host.ts";
import { importMs } from "../packages/import-time.ts";
import { readInstalledPackage } from "../packages/installed-package.ts";
import type { Metric, Probe, Sample, Scenario } from "../scenario.ts";

const metrics: readonly Metric[] = [
  { id: "runtimeDependencies", title: "runtime\ndependencies", kind: "count", compared: false },
  { id: "packedKib", title: "packed", kind: "kib", compared: false },
  { id: "importMs", title: "import above\nnode's floor", kind: "ms", compared: false },
];

/** What a package adds to an application before it takes a single lock. */
export const packageScenario: Scenario = {
  id: "package",
  about: "the package itself: runtime dependencies, packed size, import time above node's floor",
  usesServer: false,
  secondsDefault: 0,
  roundsDefault: 8,
  metrics,
  variants: [{ title: "as installed", params: {} }],
  paramsFor: ({ packageName }) => (packageName === undefined ? undefined : {}),
  open: (host, { packageName }) => openProbe(host, packageName ?? ""),
};

async function openProbe(host: AgentHost, packageName: string): Promise<Probe> {
  const { entryUrl, runtimeDependencies, packedKib } = await readInstalledPackage(packageName);
  return {
    async measure(): Promise<Sample> {
      const floorMs = await importMs(host.pinning, undefined);
      const wholeMs = await importMs(host.pinning, entryUrl);
      return { runtimeDependencies, packedKib, importMs: wholeMs - floorMs };
    },
    warmUp: async () => {
      await importMs(host.pinning, entryUrl);
    },
    close: async () => {},
  };
}
