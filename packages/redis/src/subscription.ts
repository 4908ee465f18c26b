import { nodeRedisEnd } from "./node-redis-end.ts";
import type { IoredisClient, NodeRedisClient } from "./redis-client.ts";

/** A connection that listens to one channel. */
export interface Subscription {
  /** True when it will not connect again by itself. */
  readonly isEnded: boolean;
  close(): void;
}

/** What a subscription tells. */
export interface SubscriptionHandlers {
  message(text: string): void;
  /** The server has confirmed it, at first or on a new connection. */
  subscribed(): void;
  /** The server or the connection refused it. The next connection tries again. */
  refused(error: unknown): void;
}

/** The user's own prefix would be put before the channel; the rest is asked for anew by each connection. */
const IOREDIS_OPTIONS: object = Object.freeze({
  keyPrefix: "",
  lazyConnect: false,
  autoResubscribe: false,
});

export function subscribeByIoredis(
  client: IoredisClient,
  channel: string,
  handlers: SubscriptionHandlers,
): Subscription {
  const subscriber = client.duplicate(IOREDIS_OPTIONS);
  // Without a listener an error would be shouted, or end the process. The next connection mends it.
  subscriber.on("error", () => {});
  subscriber.on("message", (_: unknown, text: unknown) => handlers.message(String(text)));
  subscriber.on("ready", () => {
    subscriber.subscribe(channel).then(
      () => handlers.subscribed(),
      (error: unknown) => handlers.refused(error),
    );
  });
  return {
    get isEnded() {
      return subscriber.status === "end";
    },
    close: () => subscriber.disconnect(),
  };
}

/** node-redis subscribes again by itself on each connection before it is ready, once it was confirmed. */
export function subscribeByNodeRedis(
  client: NodeRedisClient,
  channel: string,
  handlers: SubscriptionHandlers,
): Subscription {
  const subscriber = client.duplicate();
  subscriber.on("error", () => {});
  const close = nodeRedisEnd(subscriber);
  let isConfirmed = false;
  let isGivenUp = false;
  const hear = (text: string): void => handlers.message(String(text));
  const subscribing = async (): Promise<void> => {
    if (!isConfirmed) await subscriber.subscribe(channel, hear);
    isConfirmed = true;
  };
  subscriber.on("ready", () => {
    subscribing().then(
      () => handlers.subscribed(),
      (error: unknown) => handlers.refused(error),
    );
  });
  subscriber.connect().catch((error: unknown) => {
    isGivenUp = true;
    handlers.refused(error);
  });
  return {
    get isEnded() {
      return (isConfirmed || isGivenUp) && !subscriber.isOpen;
    },
    close,
  };
}
