import type { NodeRedisSubscriber } from "./redis-client.ts";

/** What ending a client of node-redis takes. */
type Endable = Pick<NodeRedisSubscriber, "isOpen" | "on" | "destroy" | "disconnect">;

/**
 * Returns how to end the client, for good and whatever it is doing. To be called before `connect()`.
 *
 * While a socket is being made, node-redis 4 to 6 destroys none, and then keeps the one that it gets: the
 * process would never end. So the end waits for that socket, or for its failure, which is bounded by the
 * client's `connectTimeout`.
 */
export function nodeRedisEnd(client: Endable): () => void {
  let isMakingSocket = true;
  let isEnded = false;
  let lastError: unknown;
  const destroy = (): void => {
    // Version 5 throws where there is nothing to destroy.
    if (!client.isOpen) return;
    if (client.destroy !== undefined) client.destroy();
    else client.disconnect().catch(() => {});
  };
  const onSocket = (isMaking: boolean) => () => {
    isMakingSocket = isMaking;
    // Not before the client has sent what it begins with: version 4 would leave those commands to nobody.
    if (isEnded && !isMaking) queueMicrotask(destroy);
  };
  client.on("connect", onSocket(false));
  client.on("error", (error: unknown) => {
    // A connection's error comes again, from its ping, when the next socket is being made.
    if (error !== lastError) onSocket(false)();
    lastError = error;
  });
  client.on("reconnecting", onSocket(true));
  return () => {
    isEnded = true;
    if (!isMakingSocket) destroy();
  };
}
