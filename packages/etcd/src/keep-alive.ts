import type { Sending } from "./caller.ts";
import type { KeepAliveResponse } from "./etcd-client.ts";

/**
 * One request to keep a lease alive and its answer, on a stream of its own.
 *
 * A stream that is shared and mute would have to be noticed and replaced, and may deliver the old answer
 * afterwards: a member that was stopped does. On a stream for each request an answer cannot be taken
 * for another's, and a stream without one is cancelled with its timeout. It costs what a call costs.
 */
export async function keepAliveOnce(leaseId: string, sending: Sending): Promise<KeepAliveResponse> {
  const { client, options, onTimeout } = sending;
  let isOver = false;
  onTimeout(() => {
    isOver = true;
  });
  const stream = await client.leaseClient.leaseKeepAlive(options);
  return new Promise((resolve, reject) => {
    stream.on("error", reject);
    stream.on("end", () => reject(new Error("14 UNAVAILABLE: the stream ended")));
    if (isOver) return stream.cancel();
    onTimeout(() => stream.cancel());
    stream.on("data", (answer) => {
      stream.end();
      resolve(answer);
    });
    stream.write({ ID: leaseId });
  });
}
