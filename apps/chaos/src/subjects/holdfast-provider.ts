import type { Clock, LockProvider } from "@holdfast/core";
import type { Target } from "../subject.ts";

/** The adapter of a backend, connected by URL as most programs do. */
export async function holdfastProvider(target: Target, clock: Clock): Promise<LockProvider> {
  const { backend, urls, clientIndex } = target;
  const [url = ""] = urls;
  // Both drivers, since each reconnects in its own way.
  const driver = clientIndex % 2 === 0 ? "ioredis" : "redis";
  switch (backend) {
    case "redis": {
      const { redis } = await import("@holdfast/redis");
      return redis({ url, driver, clock });
    }
    case "redlock": {
      const { redlock } = await import("@holdfast/redlock");
      return redlock({ urls, driver, clock, ttlMsMax: target.ttlMsMax });
    }
    case "postgres": {
      const { postgres } = await import("@holdfast/postgres");
      return postgres({ url, clock });
    }
    case "etcd": {
      const { etcd } = await import("@holdfast/etcd");
      return etcd({ hosts: [...urls], clock });
    }
  }
}
