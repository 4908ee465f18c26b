import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { AgentHost } from "../agent/agent-host.ts";
import { deliverCommand } from "../packages/delivered-project.ts";
import type { Metric, Probe, Sample, Scenario } from "../scenario.ts";
import { endedChildrenUs } from "../server/process-cpu.ts";
import type { Strategy, Target } from "../strategy.ts";

/** So that the ticks in which the system counts are a small part. */
const RUN_COUNT = 5;

const metrics: readonly Metric[] = [
  { id: "cpuOverNode", title: "CPU ÷\nnode -e 0", kind: "index", compared: false },
  { id: "runCpuMs", title: "CPU of\nholdfast run", kind: "ms", compared: false },
  { id: "nodeCpuMs", title: "CPU of\nnode -e 0", kind: "ms", compared: false },
  { id: "runMs", title: "holdfast run,\nfrom start to end", kind: "ms", compared: false },
];

/** How the shell reaches what a strategy locks on. */
interface ShellBackend {
  readonly adapters: readonly string[];
  readonly drivers: readonly string[];
  urlOf(target: Target): string;
}

const hostsOf = ({ urls }: Target) => urls.map((url) => url.replace(/^\w+:\/\//, "")).join();
const prefixed = (url: string, { namePrefix = "bench:" }: Target, more = "") =>
  `${url}?prefix=${encodeURIComponent(namePrefix)}${more}`;

const BACKENDS: Readonly<Record<string, ShellBackend>> = {
  memory: { adapters: [], drivers: [], urlOf: () => "memory:" },
  "redis-ioredis": {
    adapters: ["@holdfast/redis"],
    drivers: ["ioredis"],
    urlOf: (target) => prefixed(target.urls[0] ?? "", target),
  },
  redlock: {
    adapters: ["@holdfast/redis", "@holdfast/redlock"],
    drivers: ["ioredis"],
    urlOf: (target) => prefixed(`redlock://${hostsOf(target)}`, target, "&restartGuardMs=0"),
  },
  postgres: {
    adapters: ["@holdfast/postgres"],
    drivers: ["pg"],
    urlOf: (target) => prefixed(target.urls[0] ?? "", target),
  },
  etcd: {
    adapters: ["@holdfast/etcd"],
    drivers: ["etcd3"],
    urlOf: (target) => `etcd://${hostsOf(target)}`,
  },
};

/** What it costs to guard a command of the shell. */
export const shell: Scenario = {
  id: "shell",
  about: "processor time of `holdfast run` around `true`, over that of `node -e 0`",
  usesServer: true,
  secondsDefault: 0,
  roundsDefault: 8,
  metrics,
  variants: [{ title: "as npm delivers it", params: {} }],
  paramsFor: ({ id }) => (id in BACKENDS ? {} : undefined),
  open: (host, strategy) => openProbe(host, strategy),
};

async function openProbe(host: AgentHost, strategy: Strategy): Promise<Probe> {
  const backend = BACKENDS[strategy.id];
  if (backend === undefined) throw new RangeError(`no URL for ${strategy.id}`);
  const target = host.servers.targetOf(strategy);
  const project = await deliverCommand(backend.adapters, backend.drivers);
  const env = { ...process.env, HOLDFAST_URL: backend.urlOf(target) };
  const run = async (...args: readonly string[]): Promise<void> => {
    const command = host.pinning.nodeCommand(...args);
    await promisify(execFile)(command.program, command.args, { cwd: project.folder, env });
  };
  const guarded = () =>
    run(project.main, "run", `${target.namePrefix ?? ""}shell`, "--", "/bin/true");
  return {
    async measure(): Promise<Sample> {
      const node = await cost(() => run("-e", "0"));
      const holdfast = await cost(guarded);
      return {
        cpuOverNode: holdfast.cpuMs / node.cpuMs,
        runCpuMs: holdfast.cpuMs,
        nodeCpuMs: node.cpuMs,
        runMs: holdfast.tookMs,
      };
    },
    warmUp: guarded,
    close: () => project.remove(),
  };
}

/** Of one of several runs, one after the other: the processor time of the program and of what it waited for. */
async function cost(
  run: () => Promise<void>,
): Promise<{ readonly cpuMs: number; readonly tookMs: number }> {
  const cpuUs = () => endedChildrenUs(process.pid) ?? Number.NaN;
  const [cpuBeforeUs, beforeMs] = [cpuUs(), performance.now()];
  for (let count = 0; count < RUN_COUNT; count += 1) await run();
  return {
    cpuMs: (cpuUs() - cpuBeforeUs) / 1_000 / RUN_COUNT,
    tookMs: (performance.now() - beforeMs) / RUN_COUNT,
  };
}
