import { Host } from "./host.ts";
import type { ClockTraits } from "./host-clock.ts";
import { type DelayTraits, Link } from "./link.ts";
import { RandomStream } from "./random-stream.ts";
import { type RunOptions, Scheduler } from "./scheduler.ts";
import { Trace } from "./trace.ts";

/** Machines, the network between them and true time, all drawn from one seed. */
export class World {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly #seed: number;
  readonly #hostRandom: RandomStream;
  readonly networkRandom: RandomStream;
  readonly hosts: Host[] = [];
  readonly #links = new Map<Host, Map<Host, Link>>();

  constructor(seed: number, print?: (line: string) => void) {
    this.#seed = seed;
    this.scheduler = new Scheduler(this.random("scheduler"));
    this.trace = new Trace(() => this.scheduler.nowNs, print);
    this.#hostRandom = this.random("hosts");
    this.networkRandom = this.random("network");
  }

  get nowNs(): number {
    return this.scheduler.nowNs;
  }

  /** A stream of numbers of its own for one part of the world. */
  random(subsystem: string): RandomStream {
    return new RandomStream(this.#seed, subsystem);
  }

  addHost(name: string, traits: ClockTraits): Host {
    const { scheduler, trace } = this;
    const host = new Host(name, traits, { scheduler, trace, random: this.#hostRandom });
    this.hosts.push(host);
    return host;
  }

  /** The way between a client and a server, made with `delay` when it is first asked for. */
  link(client: Host, server: Host, delay: DelayTraits): Link {
    let links = this.#links.get(client);
    if (links === undefined) {
      links = new Map();
      this.#links.set(client, links);
    }
    let link = links.get(server);
    if (link === undefined) {
      link = new Link(this.networkRandom, delay);
      links.set(server, link);
    }
    return link;
  }

  /** Every link that ends at one of the two, or both. */
  linksOf({ client, server }: { readonly client?: Host; readonly server?: Host }): readonly Link[] {
    const found: Link[] = [];
    for (const [from, links] of this.#links) {
      if (client !== undefined && from !== client) continue;
      for (const [to, link] of links) if (server === undefined || to === server) found.push(link);
    }
    return found;
  }

  run(options: RunOptions): Promise<void> {
    return this.scheduler.run(options);
  }
}
