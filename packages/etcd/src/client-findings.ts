import type { Finding } from "@holdfast/core";
import type { EtcdClient } from "./etcd-client.ts";

/** What etcd3 1.x keeps its policies in. */
interface WithPolicies {
  readonly pool?: {
    readonly globalPolicy?: object;
    readonly hosts?: readonly { readonly faultHandling?: object }[];
  };
}

const REMEDY =
  "new Etcd3({ hosts, faultHandling: { host: () => noop, global: noop } }), with noop of cockatiel, " +
  "or give etcd() the hosts";

/** Policies of the user's client that repeat calls, or hold them back after failures. */
export function clientFindings(client: EtcdClient): readonly Finding[] {
  const { pool } = client as WithPolicies;
  const findings: Finding[] = [];
  if (isNamed(pool?.globalPolicy, "RetryPolicy")) {
    const what = "the client repeats calls that may have taken effect (faultHandling.global)";
    findings.push({ severity: "warning", what, remedy: REMEDY });
  }
  if (pool?.hosts?.some(({ faultHandling }) => isNamed(faultHandling, "CircuitBreakerPolicy"))) {
    const what = "the client sends nothing for seconds after failures (faultHandling.host)";
    findings.push({ severity: "warning", what, remedy: REMEDY });
  }
  return findings;
}

function isNamed(policy: object | undefined, name: string): boolean {
  return policy?.constructor.name === name;
}
