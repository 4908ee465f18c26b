import { setTimeout as sleepMs } from "node:timers/promises";
import { hostUs } from "../host-clock.ts";
import type { StoreValues, StoreVerdict, StoreWrite } from "../server/fenced-store.ts";
import type { LockClient } from "../strategy.ts";
import { acquirePatiently, type Claim } from "./acquire-patiently.ts";

/**
 * Asks an agent to take the lock, read the store, think, and then write so many times what it read
 * and one more each time. It does not look whether it still has the lock.
 */
export interface WriterRequest extends Claim {
  readonly storeUrl: string;
  readonly thinkMs: number;
  readonly writes: number;
  /** How long after its writes it waits to be told of a loss. */
  readonly listenMs: number;
}

export interface WriterReply {
  readonly grantedUs: number;
  /** Host time when the library said that the lock was lost, if it did. */
  readonly toldUs: number | undefined;
  /** Writes that the store took, with and without fencing. */
  readonly taken: StoreValues;
}

const REHEARSAL_COUNT = 20;
/** How often a writer that listens looks whether it was told. */
const LISTEN_STEP_MS = 1;

export async function writerWork(client: LockClient, request: WriterRequest): Promise<WriterReply> {
  await rehearse(request.storeUrl);
  const { holding, grantedUs } = await acquirePatiently(client, request);
  let toldUs: number | undefined;
  client.onLost?.(holding, () => {
    toldUs ??= hostUs();
  });
  const found = (await (await fetch(request.storeUrl)).json()) as StoreValues;
  await sleepMs(request.thinkMs);
  const token = client.token?.(holding)?.toString();
  const taken = await writeAll(request, found, token);
  if (client.onLost !== undefined) {
    const untilUs = hostUs() + request.listenMs * 1000;
    while (toldUs === undefined && hostUs() < untilUs) await sleepMs(LISTEN_STEP_MS);
  }
  // Libraries differ in what they say to the release of a lock that was lost; all of it is right.
  await Promise.resolve(client.release(request.name, holding)).catch(() => {});
  return { grantedUs, toldUs, taken };
}

/** The first requests of a process take it milliseconds, in which it could not be told of anything. */
async function rehearse(storeUrl: string): Promise<void> {
  for (let count = 0; count < REHEARSAL_COUNT; count += 1) {
    await (await fetch(storeUrl, { method: "POST", body: "{}" })).json();
  }
}

async function writeAll(
  { storeUrl, writes }: WriterRequest,
  found: StoreValues,
  token: string | undefined,
): Promise<StoreValues> {
  const taken = { plain: 0, fenced: 0 };
  for (let count = 1; count <= writes; count += 1) {
    const write: StoreWrite = {
      plain: found.plain + count,
      fenced: found.fenced + count,
      ...(token === undefined ? {} : { token }),
    };
    const reply = await fetch(storeUrl, { method: "PUT", body: JSON.stringify(write) });
    const verdict = (await reply.json()) as StoreVerdict;
    taken.plain += Number(verdict.plain);
    taken.fenced += Number(verdict.fenced);
  }
  return taken;
}
