import {
  type AcquireRequest,
  type EnqueueRequest,
  type Grant,
  LockError,
  systemRandom,
} from "@holdfast/core";
import type { PostgresServer } from "@holdfast/test-servers";
import { type PostgresProvider, postgres } from "../src/index.ts";

export type AnyPostgres = PostgresProvider<"none" | "monotonic">;

/** A provider as a user of this server makes it. */
export function providerOf(
  { host, port }: Pick<PostgresServer, "host" | "port">,
  options: object = {},
): AnyPostgres {
  return postgres({ connection: { host, port, user: "postgres" }, ...options });
}

/** A request by a holder of its own. */
export function request(name: string, more: Partial<AcquireRequest> = {}): AcquireRequest {
  const holderId = systemRandom.holderId();
  return { name, holderId, ttlMs: 10_000, mode: "exclusive", renewable: true, ...more };
}

/** A request that waits, and how it is ended. */
export function waiting(name: string): [EnqueueRequest, AbortController] {
  const controller = new AbortController();
  return [{ ...request(name), signal: controller.signal }, controller];
}

/** Takes a lock that is expected to be free. */
export async function take(
  provider: Pick<AnyPostgres, "tryAcquire">,
  asked: AcquireRequest,
): Promise<Grant> {
  const answer = await provider.tryAcquire(asked);
  if (!answer.granted) throw new Error(`refused: ${answer.why}`);
  return answer;
}

/** Gives back what was granted. */
export function giveBack(
  provider: AnyPostgres,
  { name, holderId, ttlMs }: Grant | AcquireRequest,
): Promise<string> {
  return provider.release({ name, holderId, ttlMs, inDoubt: false });
}

/** The LockError that a promise rejects with. */
export async function faultOf(promise: PromiseLike<unknown>): Promise<LockError> {
  try {
    await promise;
  } catch (error) {
    if (LockError.is(error)) return error;
    throw error;
  }
  throw new Error("it was expected to reject");
}

/** The sessions of providers on this server. */
export async function sessionsOn(server: PostgresServer): Promise<readonly number[]> {
  const text = "SELECT pid FROM pg_stat_activity WHERE application_name = 'holdfast'";
  return (await server.query(text)).map(({ pid }) => Number(pid));
}

/** Sends a signal to one process of the server, which does it itself: in a container its numbers are its own. */
export async function signal(
  server: PostgresServer,
  pid: number,
  name: "STOP" | "CONT" | "KILL",
): Promise<void> {
  const client = await server.connect();
  try {
    await client.query(
      `CREATE TEMP TABLE said (line text); COPY said FROM PROGRAM 'kill -s ${name} ${pid}'`,
    );
  } finally {
    await client.end();
  }
}
