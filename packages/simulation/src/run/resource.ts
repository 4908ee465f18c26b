import type { Host } from "../world/host.ts";
import { nsOf } from "../world/nanoseconds.ts";
import type { RandomStream } from "../world/random-stream.ts";
import type { World } from "../world/world.ts";

/** The resource's answer: what it holds now, or that a later holder was here. */
export interface ResourceReply {
  readonly isAccepted: boolean;
  readonly value: number;
}

interface Content {
  token: bigint;
  value: number;
}

const DELAY_MS_MAX = 3;

/**
 * What the locks guard: a number for each name, somewhere on the network. It keeps the largest token
 * that it has seen and refuses smaller ones, for reads and writes alike.
 */
export class Resource {
  readonly #world: World;
  readonly #random: RandomStream;
  readonly #contents = new Map<string, Content>();

  constructor(world: World) {
    this.#world = world;
    this.#random = world.random("resource");
  }

  valueOf(name: string): number {
    return this.#contents.get(name)?.value ?? 0;
  }

  /** Reads, or writes `value` if given; answers in a turn of the host that asked. */
  request(
    host: Host,
    { name, token, value }: { name: string; token: bigint; value?: number },
  ): Promise<ResourceReply> {
    return new Promise((resolve) => {
      this.#world.scheduler.at(host.clock.nowNs + this.#delayNs(), () => {
        const reply = this.#apply(name, token, value);
        const said = `${name} ${token} ${value ?? "read"} -> ${reply.isAccepted} ${reply.value}`;
        this.#world.trace.add("resource", said);
        this.#world.scheduler.after(this.#delayNs(), () =>
          host.receive("message", () => resolve(reply)),
        );
      });
    });
  }

  #apply(name: string, token: bigint, value: number | undefined): ResourceReply {
    const content = this.#contents.get(name) ?? { token: 0n, value: 0 };
    if (token < content.token) return { isAccepted: false, value: content.value };
    content.token = token;
    content.value = value ?? content.value;
    this.#contents.set(name, content);
    return { isAccepted: true, value: content.value };
  }

  #delayNs(): number {
    return nsOf(this.#random.between(0, DELAY_MS_MAX));
  }
}
