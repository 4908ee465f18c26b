import type { Host } from "../world/host.ts";
import type { Direction, Link } from "../world/link.ts";
import { nsOf } from "../world/nanoseconds.ts";
import type { RandomStream } from "../world/random-stream.ts";
import type { Server } from "./backend.ts";
import { calm } from "./calm-delay.ts";
import type { FaultKind } from "./fault-kind.ts";
import type { Run } from "./run.ts";

/** Ends what a fault did; twice does nothing. */
type Heal = () => void;

const NOTHING: Heal = () => undefined;
/** A sleep shorter than this is not told apart from rounding. */
const SLEEP_MS_MIN = 100;
/**
 * A wall clock is set by a whole number of these. One that is set back by just as long as its machine slept
 * hides the sleep from whoever compares the two, which core states; so it would be no finding.
 */
const WALL_JUMP_MS = 600_000;
const WALL_JUMPS_MAX = 6;
/** In all: a lock lives longer by so much. */
export const SERVER_BACK_MS_MAX = 3_000;
/** Of the time that a member of a quorum abstains: more, and its vote may not count any more. */
const GUARD_SHARE = 0.05;

/**
 * Makes things go wrong, each kind again and again at random times, until everything is healed. What a
 * fault does follows from its own stream of numbers.
 */
export class Faults {
  readonly #run: Run;
  readonly #random: RandomStream;
  readonly #heals = new Set<Heal>();
  readonly #replace: (dead: string) => void;
  #setBackMs = 0;
  #isOver = false;

  /** `replace` starts a process in place of one that died. */
  constructor(run: Run, replace: (dead: string) => void) {
    this.#run = run;
    this.#random = run.world.random("faults");
    this.#replace = replace;
  }

  start(): void {
    for (const kind of this.#run.scenario.faults) this.#later(kind);
  }

  /** Ends every fault, and there are no more. */
  heal(): void {
    this.#isOver = true;
    for (const heal of [...this.#heals]) heal();
  }

  #later(kind: FaultKind): void {
    const { world, scenario } = this.#run;
    const delayMs = this.#random.between(0, 2 * scenario.faultEveryMs);
    world.scheduler.after(nsOf(delayMs), () => {
      if (this.#isOver) return;
      world.trace.add("fault", kind);
      this.#until(this.#durationMs(), this.#begin(kind));
      this.#later(kind);
    });
  }

  #until(durationMs: number, end: Heal): void {
    if (end === NOTHING) return;
    const heal = (): void => {
      if (this.#heals.delete(heal)) end();
    };
    this.#heals.add(heal);
    this.#run.world.scheduler.after(nsOf(durationMs), heal);
  }

  #durationMs(): number {
    const { ttlMsMax } = this.#run.scenario;
    const scaleMs = this.#random.pick([20, 200, ttlMsMax * 0.3, ttlMsMax, ttlMsMax * 2]);
    return this.#random.between(0.5, 1.5) * scaleMs;
  }

  #begin(kind: FaultKind): Heal {
    if (kind.startsWith("client")) return this.#beginOfClient(kind);
    const [server] = this.#run.backend.servers;
    if (server === undefined) return NOTHING;
    const one = this.#random.pick(this.#run.backend.servers);
    return kind.startsWith("block") || kind === "slow-network" || kind === "reset"
      ? this.#beginOfNetwork(kind, one)
      : this.#beginOfServer(kind, one);
  }

  #beginOfClient(kind: FaultKind): Heal {
    const client = this.#random.pick(this.#run.clients);
    const { host } = client;
    switch (kind) {
      case "client-pause":
        return host.isRunning ? pause(host) : NOTHING;
      case "client-sleep":
        return host.isRunning ? this.#sleep(host) : NOTHING;
      case "client-wall-jump":
        host.clock.jumpWall(this.#random.integer(-WALL_JUMPS_MAX, WALL_JUMPS_MAX) * WALL_JUMP_MS);
        return NOTHING;
      case "client-death":
        client.die();
        this.#replace(client.name);
        return NOTHING;
      case "client-close":
        host.receive("message", () => void client.close());
        this.#replace(client.name);
        return NOTHING;
      default:
        // Stalls are the work of holders themselves.
        return NOTHING;
    }
  }

  /** Long enough to be noticed, even when everything is healed before. */
  #sleep(host: Host): Heal {
    const { scheduler } = this.#run.world;
    const leastNs = scheduler.nowNs + nsOf(SLEEP_MS_MIN);
    host.sleep();
    return () => {
      if (scheduler.nowNs >= leastNs) host.wakeUp();
      else scheduler.at(leastNs, () => host.wakeUp());
    };
  }

  #beginOfNetwork(kind: FaultKind, server: Server): Heal {
    if (kind === "reset") {
      server.resetConnections();
      return NOTHING;
    }
    const links = this.#someLinks(server);
    if (kind === "slow-network") return this.#slow(links);
    const directions: readonly Direction[] =
      kind === "block-both"
        ? ["toServer", "toClient"]
        : [kind === "block-to-server" ? "toServer" : "toClient"];
    const opens = links.flatMap((link) => directions.map((direction) => link.block(direction)));
    return () => {
      for (const open of opens) open();
    };
  }

  #slow(links: readonly Link[]): Heal {
    const { scenario } = this.#run;
    const usual = calm(scenario);
    const spikeMsMax = this.#random.pick([50, scenario.ttlMsMax * 0.5, scenario.ttlMsMax * 1.5]);
    const slow = { ...usual, spikeChance: this.#random.between(0.05, 0.6), spikeMsMax };
    for (const link of links) link.delay = slow;
    return () => {
      for (const link of links) link.delay = usual;
    };
  }

  /** Of one server to everyone, of one client to all servers, or between two. */
  #someLinks(server: Server): readonly Link[] {
    const { world, clients } = this.#run;
    const client = this.#random.pick(clients).host;
    const between = [{ server: server.host }, { client }, { client, server: server.host }];
    return world.linksOf(this.#random.pick(between));
  }

  #beginOfServer(kind: FaultKind, server: Server): Heal {
    switch (kind) {
      case "server-hang":
        return server.host.isRunning ? pause(server.host) : NOTHING;
      case "server-restart":
        return this.#restart(server, "nothing");
      case "lose-second":
        return this.#restart(server, "last-second");
      case "lose-all":
        return this.#restart(server, "everything");
      case "server-clock-back":
        return this.#setBack(server);
      case "server-clock-forward":
        return this.#setForward(server);
      case "forget-scripts":
        server.operate(["SCRIPT", "FLUSH"]);
        return NOTHING;
      default:
        return this.#operate(kind, server);
    }
  }

  /** Of a quorum's member it is set right again, or its vote would never count with the others'. */
  #setForward(server: Server): Heal {
    const { ttlMsMax, memberCount } = this.#run.scenario;
    const byMs = this.#random.between(1, 2 * ttlMsMax);
    const { clock } = server.host;
    clock.jumpWall(byMs);
    return memberCount > 1 ? () => clock.jumpWall(-byMs) : NOTHING;
  }

  #setBack(server: Server): Heal {
    const { memberCount, restartGuardMs } = this.#run.scenario;
    const mostMs = memberCount > 1 ? restartGuardMs * GUARD_SHARE : SERVER_BACK_MS_MAX;
    const byMs = this.#random.between(0, mostMs - this.#setBackMs);
    this.#setBackMs += byMs;
    server.host.clock.jumpWall(-byMs);
    return NOTHING;
  }

  #operate(kind: FaultKind, server: Server): Heal {
    if (!server.isUp) return NOTHING;
    if (kind === "flush-all") {
      server.operate(["FLUSHALL"]);
      this.#locksAreGone();
    } else {
      const name = this.#random.pick(this.#run.scenario.names);
      server.operate(["DEL", server.lockKey(name)]);
      this.#locksAreGone(name);
    }
    return NOTHING;
  }

  #restart(server: Server, loss: "nothing" | "last-second" | "everything"): Heal {
    if (!server.isUp) return NOTHING;
    server.crash(loss);
    if (loss === "everything") this.#locksAreGone();
    // What was deleted in that second is there again.
    if (loss === "last-second") this.#locksAreBack();
    return () => server.start();
  }

  #locksAreBack(): void {
    for (const tracked of this.#run.observer.open()) {
      tracked.goneLimitNs = Number.POSITIVE_INFINITY;
    }
  }

  /**
   * No renewal that leaves from now on may prolong a lease that too few servers have now, or get yet: an
   * acquire on its way still counts, since a holder in between would have left it a larger token. So does a renewal: of
   * a quorum it may win with a vote that is gone by then, and a repair after it puts the lock back.
   */
  #locksAreGone(name?: string): void {
    const { world, observer, backend, scenario } = this.#run;
    for (const tracked of observer.open(name)) {
      const { hold, holderId } = tracked;
      const isRenewing = backend.servers.some(({ auditor }) => auditor.isRenewing(holderId));
      if (isRenewing && scenario.majority > 1) continue;
      const keeping = backend.servers.filter(
        (server) =>
          server.heldUntilNs(hold.name, holderId) > world.nowNs ||
          server.auditor.mayGrant(holderId),
      );
      if (keeping.length >= scenario.majority) continue;
      const limitNs = world.nowNs + nsOf(tracked.lease.ttlMs);
      tracked.goneLimitNs = Math.min(tracked.goneLimitNs, limitNs);
    }
  }
}

function pause(host: Host): Heal {
  host.pause();
  return () => host.resume();
}
