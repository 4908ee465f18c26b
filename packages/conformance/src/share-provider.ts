import type { LockProvider } from "@holdfast/core";

/**
 * A view of `provider` that may be disposed while the provider lives on. A backend that exists only
 * inside one process has no second client to open; views of one instance stand in for them.
 */
export function shareProvider(provider: LockProvider): LockProvider {
  return new Proxy(provider, {
    get(target, property) {
      if (property === Symbol.asyncDispose) return async () => undefined;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
