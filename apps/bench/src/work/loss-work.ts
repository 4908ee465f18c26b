import { hostUs } from "../host-clock.ts";
import type { LockClient } from "../strategy.ts";
import { acquirePatiently, type Claim } from "./acquire-patiently.ts";

/** Asks an agent to take the lock, and then to wait until it is told that it lost it. */
export type LossRequest = (Claim & { readonly step: "acquire" }) | { readonly step: "listen" };

/** The answer to `listen`, in host time. */
export interface LossReply {
  readonly toldUs: number;
}

/** When the holding of each client is lost; a process of this scenario has one. */
const losses = new WeakMap<LockClient, Promise<number>>();

export async function lossWork(
  client: LockClient,
  request: LossRequest,
): Promise<LossReply | Record<string, never>> {
  if (request.step === "listen") return { toldUs: (await losses.get(client)) ?? Number.NaN };
  const { holding } = await acquirePatiently(client, request);
  const told = new Promise<number>((resolve) => {
    client.onLost?.(holding, () => resolve(hostUs()));
  });
  losses.set(client, told);
  return {};
}
