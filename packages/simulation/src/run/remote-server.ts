import {
  type AcquireRequest,
  type Grant,
  type LockProvider,
  type Membership,
  memory,
  type Refusal,
  type ReleaseRequest,
  type RenewRequest,
} from "@holdfast/core";
import type { CrashLoss } from "../redis/simulated-redis.ts";
import { Connection, type ConnectionHandlers, ServerPort } from "../world/connection.ts";
import type { Host } from "../world/host.ts";
import type { DelayTraits } from "../world/link.ts";
import type { World } from "../world/world.ts";
import { Auditor } from "./auditor.ts";
import type { BackendParts, Server } from "./backend.ts";
import { drawClock, serverClock } from "./clock-traits.ts";

/** What is sent to a memory provider on another machine. */
export interface RemoteRequest {
  readonly id: number;
  readonly call: RemoteCall;
}

export type RemoteCall =
  | { readonly method: "tryAcquire"; readonly request: AcquireRequest }
  | { readonly method: "renew"; readonly requests: readonly RenewRequest[] }
  | { readonly method: "release"; readonly request: ReleaseRequest }
  /** Answered with the member's identity. */
  | { readonly method: "asMember"; readonly membership: Membership };

export type RemoteReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: unknown };

export type RemoteConnection = Connection<RemoteRequest, RemoteReply>;

/** A memory provider that is served over the network, with the clock of its own machine. */
export class RemoteServer implements Server {
  readonly host: Host;
  readonly auditor: Auditor;
  readonly lostNs: number = Number.NEGATIVE_INFINITY;
  /** It is lost with its process, which is not simulated: a restart is only a while without it. */
  readonly losses: readonly CrashLoss[] = ["nothing"];
  readonly #world: World;
  readonly #provider: LockProvider;
  readonly #port: ServerPort<RemoteRequest, RemoteReply>;

  constructor(name: string, { world, scenario, observer }: BackendParts) {
    this.#world = world;
    this.auditor = new Auditor(this, world, observer);
    this.host = world.addHost(
      name,
      drawClock(world.random(`clock of ${name}`), serverClock(scenario)),
    );
    this.#provider = memory({ clock: this.host.clock });
    this.#port = new ServerPort(this.host, (request, answer) => void this.#serve(request, answer));
  }

  connect(
    client: Host,
    { delay, handlers }: { delay: DelayTraits; handlers: ConnectionHandlers<RemoteReply> },
  ): RemoteConnection {
    const world = this.#world;
    return new Connection({
      scheduler: world.scheduler,
      random: world.networkRandom,
      client,
      server: this.#port,
      link: world.link(client, this.host, delay),
      handlers,
    });
  }

  get isUp(): boolean {
    return this.#port.isListening;
  }

  crash(): void {
    this.#world.trace.add(this.host.name, "is cut off from everybody");
    this.#port.close();
  }

  start(): void {
    this.#world.trace.add(this.host.name, "can be reached again");
    this.#port.open();
  }

  resetConnections(): void {
    for (const connection of [...this.#port.connections]) connection.reset("between");
  }

  operate(): void {}

  lockKey(name: string): string {
    return name;
  }

  /** A memory provider tells nobody who holds. */
  holderOf(): undefined {
    return undefined;
  }

  heldUntilNs(): number {
    return Number.POSITIVE_INFINITY;
  }

  leftovers(): readonly string[] {
    return [];
  }

  async #serve({ id, call }: RemoteRequest, answer: (reply: RemoteReply) => void): Promise<void> {
    let reply: RemoteReply;
    try {
      reply = { id, value: await this.#call(call) };
    } catch (error) {
      reply = { id, error };
    }
    this.#world.trace.add(this.host.name, `${shown(call)} -> ${shownReply(reply)}`);
    this.#audit(call, reply);
    answer(reply);
  }

  #audit(call: RemoteCall, reply: RemoteReply): void {
    if (!("value" in reply)) return;
    if (call.method === "release") {
      this.auditor.released(call.request.holderId);
    } else if (call.method === "tryAcquire" && (reply.value as Grant | Refusal).granted) {
      this.auditor.granted(call.request.holderId);
    }
  }

  async #call(call: RemoteCall): Promise<unknown> {
    switch (call.method) {
      case "tryAcquire":
        return await this.#provider.tryAcquire(call.request);
      case "renew":
        return await this.#provider.renew(call.requests);
      case "release":
        return await this.#provider.release(call.request);
      case "asMember":
        await this.#provider.asMember?.(call.membership);
        // The provider's own identity counts the providers of this process, of other worlds too.
        return this.host.name;
    }
  }
}

function shown(call: RemoteCall): string {
  if (call.method === "asMember") return `as member ${call.membership.fingerprint}`;
  if (call.method === "renew") {
    return `renew ${call.requests.map(({ name, holderId }) => `${name} ${holderId}`).join(" ")}`;
  }
  const { name, holderId } = call.request;
  const isInDoubt = call.method === "release" && call.request.inDoubt;
  return `${call.method} ${name} ${holderId}${isInDoubt ? " in doubt" : ""}`;
}

function shownReply(reply: RemoteReply): string {
  if ("error" in reply) return `error ${String(reply.error)}`;
  const plain = (_key: string, value: unknown): unknown =>
    typeof value === "bigint" ? value.toString() : value;
  return JSON.stringify(reply.value, plain) ?? "undefined";
}
