import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import type { ServerAddress } from "./launch-plan.ts";

/**
 * Asks an etcd over HTTP, on a connection of its own, and resolves with the answer's text. With a body
 * it asks the JSON form of a gRPC method. Rejects for an answer that is not 200.
 */
export async function askEtcd(
  { host, port }: ServerAddress,
  path: string,
  { timeoutMs, body }: { readonly timeoutMs: number; readonly body?: object },
): Promise<string> {
  const signal = AbortSignal.timeout(timeoutMs);
  const method = body === undefined ? "GET" : "POST";
  const question = request({ host, port, path, method, agent: false, signal });
  question.end(body === undefined ? undefined : JSON.stringify(body));
  const [answer] = (await once(question, "response")) as [IncomingMessage];
  const answered = await text(answer);
  if (answer.statusCode === 200) return answered;
  throw new Error(`etcd answered ${path} with ${answer.statusCode}: ${answered}`);
}
