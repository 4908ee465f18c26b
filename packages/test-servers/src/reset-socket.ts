import type { Socket } from "node:net";

/**
 * Ends a socket by a reset. One that has been told to end cannot be reset any more: libuv refuses to
 * while the shutdown is under way, and Node then forgets a handle that is still open. The process
 * would spin at its exit, for ever.
 */
export function resetSocket(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
