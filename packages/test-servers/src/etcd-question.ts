import { once } from "node:events";
import { type IncomingMessage, request as requestPlainly } from "node:http";
import { request as requestSecurely } from "node:https";
import { text } from "node:stream/consumers";
import type { ServerAddress } from "./launch-plan.ts";

/** Whom a client with TLS trusts, and what it shows: PEM. */
export interface EtcdTrust {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** How to ask. */
export interface EtcdAsking {
  readonly timeoutMs: number;
  readonly body?: object;
  readonly trust?: EtcdTrust | undefined;
}

/**
 * Asks an etcd over HTTP, on a connection of its own, and resolves with the answer's text. With a body
 * it asks the JSON form of a gRPC method. Rejects for an answer that is not 200.
 */
export async function askEtcd(
  { host, port }: ServerAddress,
  path: string,
  { timeoutMs, body, trust }: EtcdAsking,
): Promise<string> {
  const signal = AbortSignal.timeout(timeoutMs);
  const method = body === undefined ? "GET" : "POST";
  const options = { host, port, path, method, agent: false as const, signal };
  const question = trust ? requestSecurely({ ...options, ...trust }) : requestPlainly(options);
  question.end(body === undefined ? undefined : JSON.stringify(body));
  const [answer] = (await once(question, "response")) as [IncomingMessage];
  const answered = await text(answer);
  if (answer.statusCode === 200) return answered;
  throw new Error(`etcd answered ${path} with ${answer.statusCode}: ${answered}`);
}
