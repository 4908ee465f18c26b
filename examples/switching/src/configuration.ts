import { defineConfig, type HoldfastConfig } from "@holdfast/config";

/**
 * What a project has in holdfast.config.ts, exported by default: memory in tests, and the Redis whose address is in
 * `REDIS_URL` in production.
 */
export const configuration: HoldfastConfig = defineConfig({
  defaults: { ttlMs: 5_000 },
  backends: {
    local: "memory:",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a configuration writes a variable.
    shared: { url: "${REDIS_URL}", prefix: "example:switching:" },
  },
  environments: { test: "local", production: "shared" },
});
