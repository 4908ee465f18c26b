import { FaultProxy } from "./fault-proxy.ts";
import { PeerDoor } from "./peer-door.ts";

/**
 * The connections between the members of one etcd cluster: a fault proxy for each pair and direction of
 * dialling, since messages of one member to another travel on connections that either of them opened.
 */
export class EtcdPeerLinks implements AsyncDisposable {
  readonly #proxies = new Map<string, Promise<FaultProxy>>();
  readonly #isolated = new Set<string>();
  readonly #doors: PeerDoor[] = [];

  /** Opens the address under which a member that listens on `listenPort` is known to its peers. */
  async open(listenPort: number): Promise<PeerDoor> {
    const door = await PeerDoor.open((dialler) => this.#proxy(dialler, listenPort));
    this.#doors.push(door);
    return door;
  }

  /** Loses all that travels between one member, by its id and port, and the others. */
  async isolate(id: string, listenPort: number): Promise<void> {
    this.#isolated.add(id).add(String(listenPort));
    for (const [link, proxy] of this.#proxies) {
      if (this.#isCut(link)) (await proxy).blackHole();
    }
  }

  /** Lets everything through again; connections that lost something are reset. */
  async heal(): Promise<void> {
    this.#isolated.clear();
    for (const proxy of this.#proxies.values()) await (await proxy).heal();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const door of this.#doors) await door[Symbol.asyncDispose]();
    for (const proxy of this.#proxies.values()) await (await proxy).close();
  }

  async #proxy(dialler: string, listenPort: number): Promise<FaultProxy> {
    const link = `${dialler} ${listenPort}`;
    const known = this.#proxies.get(link);
    if (known !== undefined) return await known;
    const starting = FaultProxy.start({ host: "127.0.0.1", port: listenPort });
    this.#proxies.set(link, starting);
    const proxy = await starting;
    if (this.#isCut(link)) proxy.blackHole();
    return proxy;
  }

  #isCut(link: string): boolean {
    return link.split(" ").some((end) => this.#isolated.has(end));
  }
}
