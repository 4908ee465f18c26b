import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { testTimeout: 30_000, execArgv: ["--unhandled-rejections=strict", "--expose-gc"] },
});
