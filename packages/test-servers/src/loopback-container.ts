import { GenericContainer } from "testcontainers";

/**
 * A container with one published port, on the loopback address where the engine is on this machine.
 */
export class LoopbackContainer extends GenericContainer {
  readonly #onCreated: (containerId: string) => void;

  constructor(image: string, onCreated: (containerId: string) => void) {
    super(image);
    this.#onCreated = onCreated;
  }

  publish(containerPort: number, hostPort: number, isEngineHere: boolean): this {
    this.withExposedPorts({ container: containerPort, host: hostPort });
    if (isEngineHere) {
      const binding = { HostIp: "127.0.0.1", HostPort: String(hostPort) };
      this.hostConfig.PortBindings = { [`${containerPort}/tcp`]: [binding] };
    }
    return this;
  }

  protected override containerCreated(containerId: string): Promise<void> {
    this.#onCreated(containerId);
    return Promise.resolve();
  }
}
