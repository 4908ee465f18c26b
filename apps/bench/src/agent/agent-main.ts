import { scenarios } from "../scenarios.ts";
import { strategies } from "../strategies.ts";
import type { LockClient } from "../strategy.ts";
import type { AgentReply, AgentRequest, Look } from "./message.ts";
import { prefixedClient } from "./prefixed-client.ts";
import { WatchedClient } from "./watched-client.ts";

/**
 * The child process in which a strategy is measured: one strategy, one client, nothing else, so that
 * neither another library's compiled code nor the progress bar is part of the figure.
 */

let client: LockClient | undefined;
let look: (() => Promise<Look>) | undefined;

/** Ctrl-C reaches the whole process group; the parent decides what an agent does about it. */
process.on("SIGINT", () => {});
/** The parent is gone, whatever the reason: an agent has no purpose of its own. */
process.on("disconnect", () => process.exit(0));
process.on("message", (request: AgentRequest) => {
  answer(request).then(
    (value) => send({ id: request.id, ok: true, value }),
    (error: unknown) => send({ id: request.id, ok: false, message: messageOf(error) }),
  );
});

async function answer(request: AgentRequest): Promise<object> {
  switch (request.ask) {
    case "open": {
      const strategy = strategies.find(({ id }) => id === request.strategyId);
      if (strategy === undefined) throw new Error(`no strategy ${request.strategyId}`);
      const opened = await strategy.open(request.target);
      const { namePrefix } = request.target;
      client = namePrefix === undefined ? opened : prefixedClient(opened, namePrefix);
      if (request.watch) client = watched(client, strategy.id);
      return {};
    }
    case "work": {
      const scenario = scenarios.find(({ id }) => id === request.scenarioId);
      if (scenario?.work === undefined) throw new Error(`no work for ${request.scenarioId}`);
      if (client === undefined) throw new Error("the agent was not opened");
      return scenario.work(client, request.request);
    }
    case "look":
      return look === undefined ? { locks: [] } : look();
    case "close":
      await client?.close();
      return {};
  }
}

function watched(unwatched: LockClient, strategyId: string): LockClient {
  const watch = new WatchedClient(unwatched);
  look = async () => ({ locks: await watch.look(strategyId) });
  return watch.client;
}

function send(reply: AgentReply): void {
  if (process.connected) process.send?.(reply);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
