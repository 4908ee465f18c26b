import { type Finding, LockError } from "@holdfast/core";
import type { Caller } from "./caller.ts";
import { reasonOf } from "./classify-error.ts";
import { clientFindings } from "./client-findings.ts";
import type { EtcdClient, StatusResponse } from "./etcd-client.ts";
import { TTL_MS_MIN } from "./etcd-options.ts";
import type { Keyspace } from "./keyspace.ts";
import { permissionTxn } from "./transactions.ts";

/** What an examination needs of the provider it serves. */
export interface DoctorTarget {
  readonly caller: Caller;
  readonly keyspace: Keyspace;
  /** The user's own client, whose options are looked at. */
  readonly brought: EtcdClient | undefined;
}

/** Names what makes locks unsafe or slow here. It grants one lease and revokes it, and changes nothing else. */
export async function examine(target: DoctorTarget): Promise<readonly Finding[]> {
  const { brought } = target;
  const ofClient = brought === undefined ? [] : clientFindings(brought);
  const ofMember = await memberFindings(target);
  // A server that takes no writes would refuse the rest.
  if (ofMember.some(({ severity }) => severity === "error")) return [...ofClient, ...ofMember];
  const ofPermission = await permissionFindings(target);
  return [...ofClient, ...ofMember, ...ofPermission, ...(await leaseFindings(target))];
}

async function memberFindings({ caller }: DoctorTarget): Promise<readonly Finding[]> {
  const { response } = await caller.run({
    send: async ({ client, options }) => await client.maintenance?.status(options),
  });
  if (response === undefined) return [];
  return [...versionFindings(response.version), ...stateFindings(response)];
}

function versionFindings(version: string): readonly Finding[] {
  const [major = 0, minor = 0, patch = 0] = version
    .split(".")
    .map((part) => Number.parseInt(part, 10));
  if (major === 3 && minor < 4) {
    const what = `etcd ${version} does not take the numbers of watchers that waiting needs`;
    return [error(what, "upgrade to etcd 3.4 or later")];
  }
  if (major === 3 && minor === 5 && patch <= 2) {
    const what = `etcd ${version} may lose data of one member when that is killed (3.5.0 to 3.5.2)`;
    return [error(what, "upgrade to etcd 3.5.3 or later, and compare the members' data first")];
  }
  return [];
}

function stateFindings({ errors, isLearner, leader }: StatusResponse): readonly Finding[] {
  const findings: Finding[] = [];
  if (errors.some((each) => each.includes("NOSPACE"))) {
    const remedy = "compact, defragment and disarm the alarm, or raise --quota-backend-bytes";
    findings.push(error("the database is full (alarm NOSPACE): no lock can be taken", remedy));
  }
  if (errors.some((each) => each.includes("CORRUPT"))) {
    const remedy = "replace the member whose data differs, then disarm the alarm";
    findings.push(error("a member's data is corrupt (alarm CORRUPT)", remedy));
  }
  if (isLearner) {
    findings.push(error("the endpoint is a learner and takes no writes", "name voting members"));
  }
  if (leader === "0") {
    findings.push(error("the cluster has no leader: no lock can be taken", "bring members back"));
  }
  return findings;
}

/** The server looks at the permissions of a transaction whatever becomes of it. */
async function permissionFindings({ caller, keyspace }: DoctorTarget): Promise<readonly Finding[]> {
  try {
    const txn = permissionTxn(keyspace);
    await caller.run({ send: ({ client, options }) => client.kv.txn(txn, options) });
    return [];
  } catch (cause) {
    const reason = reasonOf(cause);
    const words = LockError.is(cause) && cause.cause instanceof Error ? cause.cause.message : "";
    if (reason === "PERMISSION") {
      const remedy = `grant the user's role readwrite on the prefix ${keyspace.permitted}`;
      return [error("the user may not read and write the locks' keys", remedy)];
    }
    if (reason === "AUTH") return [error(words, "give etcd() the auth that the server asks for")];
    throw cause;
  }
}

async function leaseFindings({ caller }: DoctorTarget): Promise<readonly Finding[]> {
  const { response } = await caller.run({
    send: ({ client, options }) => client.leaseClient.leaseGrant({ TTL: "1", ID: "0" }, options),
  });
  const { ID, TTL } = response;
  await caller.run({
    send: ({ client, options }) => client.leaseClient.leaseRevoke({ ID }, options),
  });
  if (Number(TTL) * 1_000 <= TTL_MS_MIN) return [];
  const what = `the server grants leases of ${TTL} s at least, so a crashed holder is kept that long`;
  const remedy = "a shorter --election-timeout, where the network between members allows it";
  return [{ severity: "warning", what, remedy }];
}

function error(what: string, remedy: string): Finding {
  return { severity: "error", what, remedy };
}
