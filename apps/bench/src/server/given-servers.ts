import { randomBytes } from "node:crypto";
import type { ServerUrl } from "../cli/server-url.ts";
import type { Strategy, Target } from "../strategy.ts";
import { givenEtcd } from "./given-etcd.ts";
import type { GivenKind } from "./given-kind.ts";
import { givenPostgres } from "./given-postgres.ts";
import { givenRedis } from "./given-redis.ts";
import { redacted } from "./redaction.ts";
import type { RunServers } from "./run-servers.ts";
import type { ServerUnderTest } from "./server-under-test.ts";
import { serverCountOf } from "./servers.ts";

const kinds: readonly GivenKind[] = [givenRedis, givenPostgres, givenEtcd];

/** A given server that does not answer. The message names it without its password. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}

/** What became of the keys that a run wrote to given servers. */
export interface Cleaning {
  readonly keysRemoved: number;
  /** Why keys were left behind on a server, a line each. */
  readonly failures: readonly string[];
}

/**
 * Servers that the user named. The run counts nothing on them, breaks nothing, and takes away what it
 * wrote: every key of it contains {@link namePrefix}.
 */
export class GivenServers implements RunServers {
  /** First in the name of every lock, and so in every key. */
  readonly namePrefix: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Where they run is not known. */
  readonly pinned: undefined;
  readonly #urls: readonly ServerUrl[];

  private constructor(urls: readonly ServerUrl[], versions: Readonly<Record<string, string>>) {
    this.namePrefix = `holdfast-bench-${randomBytes(6).toString("hex")}:`;
    this.#urls = urls;
    this.versions = versions;
  }

  /** Looks whether each server answers. Throws an {@link UnreachableError} for the first that does not. */
  static async reach(urls: readonly ServerUrl[]): Promise<GivenServers> {
    const versions = new Map<string, Set<string>>();
    for (const server of urls) {
      const { program, versionOf } = kindOf(server);
      try {
        const version = await versionOf(server.url);
        versions.set(program, (versions.get(program) ?? new Set()).add(version));
      } catch (error) {
        throw new UnreachableError(`cannot use ${server.shown}: ${reasonOf(error, server)}`);
      }
    }
    const listed = [...versions].map(
      ([program, found]) => [program, [...found].join(", ")] as const,
    );
    return new GivenServers(urls, Object.fromEntries(listed));
  }

  missing(strategy: Strategy): string | undefined {
    const { backend } = strategy;
    if (backend === "process") return undefined;
    const given = this.#of(strategy).length;
    const needed = serverCountOf(strategy);
    if (given === 0) return `--url names no server of kind ${backend}`;
    if (given < needed)
      return `needs ${needed} servers of kind ${backend}, and --url names ${given}`;
    return strategy.writesStrayKeys === true
      ? "writes keys that could not be told from yours afterwards"
      : undefined;
  }

  of(): readonly ServerUnderTest[] {
    return [];
  }

  targetOf(strategy: Strategy): Target {
    const urls = this.#of(strategy).map(({ url }) => url);
    return { urls: urls.slice(0, serverCountOf(strategy)), namePrefix: this.namePrefix };
  }

  /** Removes every key of the run, once nobody writes any more. */
  async clean(): Promise<Cleaning> {
    let keysRemoved = 0;
    const failures: string[] = [];
    for (const server of this.#urls) {
      try {
        keysRemoved += await kindOf(server).removeKeys(server.url, this.namePrefix);
      } catch (error) {
        const why = `${server.shown}: ${reasonOf(error, server)}`;
        failures.push(`${why}; what is left there contains ${this.namePrefix}`);
      }
    }
    return { keysRemoved, failures };
  }

  async stop(): Promise<void> {}

  #of({ backend }: Strategy): readonly ServerUrl[] {
    return this.#urls.filter((server) => server.backend === backend);
  }
}

function kindOf({ backend }: ServerUrl): GivenKind {
  const kind = kinds.find((candidate) => candidate.backend === backend);
  if (kind === undefined) throw new Error(`no servers of kind ${backend} can be given`);
  return kind;
}

/** An error of several attempts says nothing by itself; its code does. */
function reasonOf(error: unknown, { url }: ServerUrl): string {
  const { message, code } = error as { readonly message?: string; readonly code?: string };
  return redacted([message, code, "no reason"].find((text) => text) ?? "", [url]);
}
