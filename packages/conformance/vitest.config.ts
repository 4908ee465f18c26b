import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "conformance",
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    execArgv: ["--unhandled-rejections=strict"],
    testTimeout: 30_000,
  },
});
