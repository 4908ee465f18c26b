import type { Locks } from "@holdfast/core";

/** Publishes a page unless another process is about it. The token goes along, for the store to compare. */
export async function publishOnce(
  locks: Locks,
  page: string,
  publish: (fencingToken: bigint | undefined) => Promise<void>,
): Promise<"published" | "left to another"> {
  await using lease = await locks.tryAcquire(`pages/${page}`);
  if (lease === undefined) return "left to another";
  await publish(lease.fencingToken);
  return "published";
}
