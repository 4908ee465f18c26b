import { existsSync } from "node:fs";
import { type RequestOptions, request } from "node:http";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";

/**
 * Longest wait for all engines together; where one hangs, every test process waits this long once.
 */
const ANSWER_TIMEOUT_MS = 800;

/**
 * Finds the address of a Docker engine that answers; undefined without one.
 *
 * Asks the places where Testcontainers looks, but before loading Testcontainers, which takes longer
 * than the answer. An engine behind TLS or SSH is not found.
 */
export async function findDockerEngine(): Promise<string | undefined> {
  const addresses = engineAddresses();
  const answered = await Promise.all(addresses.map((address) => answers(address)));
  return addresses.find((_address, index) => answered[index]);
}

/** Where an engine is looked for, first choice first. */
export function engineAddresses(): readonly string[] {
  const named = process.env["DOCKER_HOST"];
  if (named) return [named];
  const runtimeFolder = process.env["XDG_RUNTIME_DIR"];
  return [
    "/var/run/docker.sock",
    ...(runtimeFolder ? [join(runtimeFolder, "docker.sock")] : []),
    join(homedir(), ".docker", "run", "docker.sock"),
    join(homedir(), ".docker", "desktop", "docker.sock"),
    join("/run", "user", String(userInfo().uid), "docker.sock"),
  ]
    .filter((path) => existsSync(path))
    .map((path) => `unix://${path}`);
}

function requestOptions(address: string): RequestOptions | undefined {
  if (address.startsWith("unix://")) return { socketPath: address.slice("unix://".length) };
  if (!/^(tcp|http):\/\//.test(address)) return undefined;
  const { hostname, port } = new URL(address.replace(/^tcp:/, "http:"));
  return { host: hostname, port: port || 2375 };
}

function answers(address: string): Promise<boolean> {
  const options = requestOptions(address);
  if (options === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const ping = request({ ...options, path: "/_ping", signal }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.once("error", () => resolve(false));
    ping.end();
  });
}
