import { FaultProxy } from "./fault-proxy.ts";
import type { ServerAddress } from "./launch-plan.ts";

export interface FaultProxyOptions {
  /** Where connections go; a started server will do. */
  readonly target: ServerAddress;
}

/** Starts a TCP proxy on a random loopback port, without faults at first. */
export function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { host, port } = options.target;
  return FaultProxy.start({ host, port });
}
