import { getContainerRuntimeClient, Network, type StartedNetwork } from "testcontainers";
import { guardExit } from "./exit-guard.ts";
import { removeAtExit } from "./remove-at-exit.ts";

let memberCount = 0;
let unguard: () => void = () => undefined;
let network: Promise<StartedNetwork> | undefined;

/**
 * Gives a container the network that all containers of this process share, where they reach each
 * other by name: their addresses change when they restart. Every join is paired with one leave, and
 * the last one removes the network.
 */
export async function joinNetwork(): Promise<StartedNetwork> {
  memberCount += 1;
  network ??= createNetwork();
  try {
    return await network;
  } catch (cause) {
    network = undefined;
    memberCount -= 1;
    throw cause;
  }
}

export async function leaveNetwork(): Promise<void> {
  memberCount -= 1;
  if (memberCount > 0) return;
  const left = network;
  network = undefined;
  unguard();
  await (await left)?.stop();
}

async function createNetwork(): Promise<StartedNetwork> {
  const client = await getContainerRuntimeClient();
  const created = await new Network().start();
  unguard = guardExit(() => removeAtExit(client, `/networks/${created.getId()}`));
  return created;
}
