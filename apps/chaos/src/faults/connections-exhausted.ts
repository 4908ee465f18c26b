import { setTimeout as sleep } from "node:timers/promises";
import type { PostgresServer } from "@holdfast/test-servers";
import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { onlyPostgres, onPostgres } from "./postgres-only.ts";

type Session = Awaited<ReturnType<PostgresServer["connect"]>>;

/** SQLSTATE too_many_connections. */
const NONE_LEFT = "53300";
/** More than any server of ours allows. */
const SESSION_COUNT_MAX = 1_000;
const AGAIN_MS = 2;

/** Who needs a new session is refused; those that have one go on. */
export const connectionsExhausted: Fault = {
  id: "connections-exhausted",
  about: "somebody takes all connections that are left (53300)",
  row: 27,
  side: "backend",
  appliesTo: onPostgres,
  async inflict(scene) {
    const { server } = onlyPostgres(scene);
    const taken: Session[] = [];
    let isOver = false;
    let taking: Promise<void> | undefined;
    await breakFor(scene, {
      lastMs: scene.random.between(0.1, 1.5) * scene.ttlMsMax,
      begin() {
        taking = takeAll(server, taken, () => isOver);
        taking.catch(() => {});
      },
      async end() {
        isOver = true;
        await taking;
        await Promise.all(taken.map((session) => session.end()));
      },
    });
    scene.note(`${taken.length} connections`);
  },
};

/** Also those that others give back meanwhile. */
async function takeAll(
  server: PostgresServer,
  taken: Session[],
  isOver: () => boolean,
): Promise<void> {
  while (!isOver() && taken.length < SESSION_COUNT_MAX) {
    try {
      taken.push(await server.connect());
    } catch (error) {
      if ((error as { readonly code?: string }).code !== NONE_LEFT) throw error;
      await sleep(AGAIN_MS);
    }
  }
}
