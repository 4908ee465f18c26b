import { expect, test } from "vitest";
import { startRedis } from "../src/index.ts";

test("a server answers on its address and says its version", async () => {
  await using server = await startRedis();
  expect(await server.command("PING")).toBe("PONG");
  expect(await server.version()).toMatch(/^\d+\.\d+\.\d+$/);
});

test("a TLS server is reached with its own certificate authority", async () => {
  await using server = await startRedis({ tls: true });
  expect(await server.command("PING")).toBe("PONG");
});
