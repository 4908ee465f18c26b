import { spawnSync } from "node:child_process";
import type { ContainerRuntimeClient } from "testcontainers";

const REMOVE_TIMEOUT_MS = 5_000;

const SCRIPT = `
  const { options, path } = JSON.parse(process.argv[1]);
  require("node:http").request({ ...options, path, method: "DELETE" }).on("error", () => {}).end();
`;

/**
 * Deletes something from the engine while this process exits, when nothing asynchronous runs any
 * more: a process of its own makes the request. Testcontainers' reaper does the same a little
 * later, where it is not switched off.
 */
export function removeAtExit(client: ContainerRuntimeClient, path: string): void {
  const { socketPath, host, port } = client.container.dockerode.modem as {
    readonly socketPath?: string;
    readonly host?: string;
    readonly port?: number | string;
  };
  const options = socketPath ? { socketPath } : { host, port };
  spawnSync(process.execPath, ["-e", SCRIPT, JSON.stringify({ options, path })], {
    stdio: "ignore",
    timeout: REMOVE_TIMEOUT_MS,
  });
}
