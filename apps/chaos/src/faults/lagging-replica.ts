import {
  type FaultProxy,
  type RedisServer,
  type ServerAddress,
  startFaultProxy,
  startRedis,
  until,
} from "@holdfast/test-servers";
import type { ClockedMember } from "../ground.ts";

const FOLLOWS_MS_MAX = 30_000;

/** A replica of a server, for one failover to it and the way back. */
export class LaggingReplica implements AsyncDisposable {
  readonly #member: ClockedMember<RedisServer>;
  readonly #replica: RedisServer;
  /** Over which the replica hears of writes. */
  readonly #link: FaultProxy;

  private constructor(member: ClockedMember<RedisServer>, replica: RedisServer, link: FaultProxy) {
    this.#member = member;
    this.#replica = replica;
    this.#link = link;
  }

  /** Resolves when it has everything that the server has. */
  static async start(member: ClockedMember<RedisServer>): Promise<LaggingReplica> {
    const { server, clock } = member;
    const replica = await startRedis({ persistence: "always", ...(clock && { clock }) });
    const link = await startFaultProxy({ target: server });
    const started = new LaggingReplica(member, replica, link);
    try {
      await follow(replica, link);
      return started;
    } catch (error) {
      await started[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** From now on it hears nothing. */
  lag(): void {
    this.#link.hold("to-client");
  }

  /** The server dies, with what the replica has not heard, and the replica serves its clients. */
  async takeOver(): Promise<void> {
    const { server, proxy } = this.#member;
    await server.kill();
    await this.#link.close();
    await this.#replica.command("REPLICAOF", "NO", "ONE");
    proxy.redirect(this.#replica);
  }

  /** The server follows the replica until nothing is missing, and serves again: a planned failover, without loss. */
  async giveBack(): Promise<void> {
    const { server, proxy } = this.#member;
    await server.restart({ keepData: false });
    await follow(server, this.#replica);
    proxy.refuse();
    proxy.reset();
    await this.#caughtUp();
    await server.command("REPLICAOF", "NO", "ONE");
    proxy.redirect(server);
    await proxy.heal();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link.close();
    await this.#replica.stop();
  }

  /** Resolves when the server has every write of the replica's clients, who have all been cut off. */
  async #caughtUp(): Promise<void> {
    const wanted = await numberOf(this.#replica, "master_repl_offset");
    const hasAll = async (): Promise<boolean> =>
      (await numberOf(this.#member.server, "slave_repl_offset")) >= wanted;
    await until("the server has what the replica has", hasAll, FOLLOWS_MS_MAX);
  }
}

/** Makes a replica of a server; resolves when it has its data. */
async function follow(replica: RedisServer, { host, port }: ServerAddress): Promise<void> {
  await replica.command("REPLICAOF", host, port);
  const isUp = async (): Promise<boolean> =>
    (await replicationOf(replica)).includes("master_link_status:up");
  await until("the replica has the data", isUp, FOLLOWS_MS_MAX);
}

async function numberOf(server: RedisServer, field: string): Promise<number> {
  const line = (await replicationOf(server)).find((one) => one.startsWith(`${field}:`));
  return Number(line?.slice(field.length + 1));
}

/** Lines of a name and a value. */
async function replicationOf(server: RedisServer): Promise<readonly string[]> {
  return String(await server.command("INFO", "replication")).split("\r\n");
}
