import { randomBytes } from "node:crypto";
import { type ContainerRuntimeClient, getContainerRuntimeClient, Wait } from "testcontainers";
import { joinNetwork, leaveNetwork } from "./container-network.ts";
import { guardExit } from "./exit-guard.ts";
import { freePort } from "./free-port.ts";
import type { LaunchPlan, ServerAddress, ServerPlace } from "./launch-plan.ts";
import type { LaunchedServer, RestartOptions } from "./launched-server.ts";
import { LoopbackContainer } from "./loopback-container.ts";
import { removeAtExit } from "./remove-at-exit.ts";
import { until } from "./until.ts";

const PLACE: ServerPlace = {
  host: "0.0.0.0",
  port: 6000,
  dataDir: "/data",
  filesDir: "/holdfast",
};
/** Readable by the server's own user, which differs between images. */
const FILE_MODE = 0o644;
const READY_TIMEOUT_MS = 60_000;
const PORT_TRY_COUNT_MAX = 5;
const LOG_LINE_COUNT_MAX = 20;
const LOOPBACK = "127.0.0.1";

/** Starts a server in a container of its own. */
export async function launchContainerServer(plan: LaunchPlan): Promise<LaunchedServer> {
  const client = await getContainerRuntimeClient();
  for (let tryCount = 1; ; tryCount += 1) {
    const server = new ContainerServer(plan, client, await freePort());
    try {
      await server.create();
      return server;
    } catch (cause) {
      await server.stop();
      if (!isPortTaken(cause) || tryCount === PORT_TRY_COUNT_MAX) throw cause;
    }
  }
}

function isPortTaken(cause: unknown): boolean {
  return /already allocated|already in use/.test(String(cause));
}

type Container = ReturnType<ContainerRuntimeClient["container"]["getById"]>;

class ContainerServer implements LaunchedServer {
  readonly source = "docker";
  /** The data is inside the container. */
  readonly dataDir: undefined;
  readonly address: ServerAddress;
  readonly peerAddress: ServerAddress;
  readonly #plan: LaunchPlan;
  readonly #client: ContainerRuntimeClient;
  #unguard: () => void = () => undefined;
  #container: Container | undefined;
  #pid: number | undefined;
  #hasJoined = false;

  constructor(plan: LaunchPlan, client: ContainerRuntimeClient, port: number) {
    this.#plan = plan;
    this.#client = client;
    const { host } = client.info.containerRuntime;
    this.address = { host: host === "localhost" ? LOOPBACK : host, port };
    const alias = `${plan.kind.name}-${randomBytes(6).toString("hex")}`;
    this.peerAddress = { host: alias, port: PLACE.port };
  }

  /** The process as the engine's host counts it. */
  get pid(): number | undefined {
    return this.#pid;
  }

  async create(): Promise<void> {
    const network = await joinNetwork();
    this.#hasJoined = true;
    // After the network's own guard, as an engine removes a network only when its containers are
    // gone.
    this.#unguard = guardExit(() => {
      if (this.#container)
        removeAtExit(this.#client, `/containers/${this.#container.id}?force=1&v=1`);
    });
    try {
      await this.#describe(network.getName()).start();
    } catch (cause) {
      // A server that ended at once has no ports to wait for; its own words, told below, say more.
      if (!(await this.#hasExited())) throw cause;
    }
    await this.#awaitReady();
  }

  async kill(): Promise<void> {
    this.#pid = undefined;
    const container = this.#container;
    if (container === undefined || !(await container.inspect()).State.Running) return;
    await container.kill({ signal: "SIGKILL" });
    await container.wait({ condition: "not-running" });
  }

  async pause(): Promise<void> {
    const container = this.#existing();
    // The signal and not the engine's pause, which a kill would have to undo first.
    await container.kill({ signal: "SIGSTOP" });
    await signalOthers(container, "STOP");
    await until("the server stands still", () => isStandingStill(container));
  }

  async resume(): Promise<void> {
    await signalOthers(this.#existing(), "CONT");
    await this.#existing().kill({ signal: "SIGCONT" });
  }

  async restart(options: RestartOptions): Promise<void> {
    const container = this.#existing();
    await this.kill();
    if (options.keepData) {
      await container.start();
      await this.#awaitReady();
    } else {
      await this.stop();
      await this.create();
    }
  }

  async stop(): Promise<void> {
    const container = this.#container;
    this.#container = undefined;
    this.#pid = undefined;
    await container?.remove({ force: true, v: true });
    this.#unguard();
    if (!this.#hasJoined) return;
    this.#hasJoined = false;
    await leaveNetwork();
  }

  async #awaitReady(): Promise<void> {
    const container = this.#existing();
    let isGone = false;
    await until(
      `${this.#plan.kind.name} on port ${this.address.port} is ready`,
      async () => {
        if (await this.#isReady()) return true;
        isGone = !(await container.inspect()).State.Running;
        return isGone;
      },
      READY_TIMEOUT_MS,
    );
    if (isGone)
      throw new Error(
        `${this.#plan.kind.name} ended while it started:\n${await logTail(container)}`,
      );
    this.#pid = (await container.inspect()).State.Pid;
  }

  #describe(networkName: string): LoopbackContainer {
    const { kind, files, command } = this.#plan;
    const container = new LoopbackContainer(kind.image, (containerId) => {
      // Known before the start, so that a container whose start failed is removed too.
      this.#container = this.#client.container.getById(containerId);
    });
    const contents = Object.entries(files).map(([name, content]) => {
      return { content, target: `${PLACE.filesDir}/${name}`, mode: FILE_MODE };
    });
    return (
      container
        .publish(PLACE.port, this.address.port, this.address.host === LOOPBACK)
        .withCommand([...command(PLACE, kind.binary)])
        .withNetworkMode(networkName)
        .withNetworkAliases(this.peerAddress.host)
        .withCopyContentToContainer(contents)
        // The plan's own question is asked after every start, so Testcontainers asks none.
        .withWaitStrategy(Wait.forAll([]))
    );
  }

  async #hasExited(): Promise<boolean> {
    return (await this.#container?.inspect())?.State.Status === "exited";
  }

  async #isReady(): Promise<boolean> {
    try {
      return await this.#plan.isReady({ ...this.address, pid: undefined });
    } catch {
      return false;
    }
  }

  #existing(): Container {
    if (this.#container === undefined) throw new Error("The server was stopped for good");
    return this.#container;
  }
}

/** The engine's signals go to the first process only; a shell beside it reaches the others. */
async function signalOthers(container: Container, signal: "STOP" | "CONT"): Promise<void> {
  const states = await processStates(container);
  if (states.length === 1) return;
  const exec = await container.exec({ Cmd: ["sh", "-c", `kill -s ${signal} -- -1`] });
  await exec.start({});
  await until("the signal is sent", async () => !(await exec.inspect()).Running);
}

/** Whether the engine lists all processes of the container as stopped. */
async function isStandingStill(container: Container): Promise<boolean> {
  const states = await processStates(container);
  return states.length > 0 && states.every((state) => state.startsWith("T"));
}

async function processStates(container: Container): Promise<readonly string[]> {
  const { Processes: processes } = await container.top({ ps_args: "-o pid,stat" });
  return processes.map(([, state = ""]) => state);
}

async function logTail(container: Container): Promise<string> {
  const log = await container.logs({ stdout: true, stderr: true, tail: LOG_LINE_COUNT_MAX });
  return log.toString("utf8");
}
