import { until } from "@holdfast/test-servers";
import { JOIN_QUEUE, RELEASE, RENEW } from "../src/scripts.ts";
import type { Actor, Scene } from "./hand-off-scene.ts";
import type { Step } from "./hand-off-table.ts";

/** How every pushed message begins, in both versions of the protocol. */
const MESSAGE = "$7\r\nmessage\r\n";

/** Brings a scene, in which the holder holds, to exactly that moment, and keeps it there. */
export const reach: Readonly<Record<Step, (scene: Scene) => Promise<void>>> = {
  "join sent": async ({ first }) => {
    first.proxy.hold("to-server", JOIN_QUEUE.sha);
    void first.acquire();
    await isHeld(first, "to-server");
  },
  "join answered, the answer on its way": async (scene) => {
    const { first } = scene;
    first.proxy.hold("to-server", JOIN_QUEUE.sha);
    void first.acquire();
    await isHeld(first, "to-server");
    await answerHeld(first);
    await scene.isQueued(1);
  },
  "both wait": bothWait,
  "release sent": async (scene) => {
    await bothWait(scene);
    await releaseHeld(scene);
  },
  "released, the message on its way": released,
  "message delivered, the waiter has not run": async (scene) => {
    await released(scene);
    const { first, holder } = scene;
    first.stop();
    for (const { proxy } of [first, holder]) proxy.deliver("to-client");
    await until("it is delivered", () => first.proxy.traffic("to-client").waitingBytes === 0);
  },
  "claim running, nothing renewed": async (scene) => {
    scene.first.proxy.drop("to-server", RENEW.sha);
    await claimed(scene);
  },
  "first renewal sent": async (scene) => {
    scene.first.proxy.hold("to-server", RENEW.sha);
    await claimed(scene);
    await isHeld(scene.first, "to-server");
  },
  "first renewal made, its answer on its way": async (scene) => {
    scene.first.proxy.hold("to-server", RENEW.sha);
    await claimed(scene);
    await isHeld(scene.first, "to-server");
    await answerHeld(scene.first);
  },
};

async function bothWait(scene: Scene): Promise<void> {
  void scene.first.acquire();
  await scene.isQueued(1);
  void scene.second.acquire();
  await scene.isQueued(2);
}

async function claimed(scene: Scene): Promise<void> {
  await bothWait(scene);
  await scene.holder.ask("release");
  await scene.first.grant;
}

async function released(scene: Scene): Promise<void> {
  await bothWait(scene);
  await releaseHeld(scene);
  scene.first.proxy.hold("to-client", MESSAGE);
  await answerHeld(scene.holder);
  await isHeld(scene.first, "to-client");
}

async function releaseHeld({ holder }: Scene): Promise<void> {
  holder.proxy.hold("to-server", RELEASE.sha);
  void holder.ask("release");
  await isHeld(holder, "to-server");
}

/** Lets the command go that is held, and holds what is answered to it. */
async function answerHeld(actor: Actor): Promise<void> {
  actor.proxy.hold("to-client");
  actor.proxy.deliver("to-server");
  await isHeld(actor, "to-client");
}

function isHeld({ proxy, user }: Actor, direction: "to-server" | "to-client"): Promise<void> {
  return until(`${user}: held ${direction}`, () => proxy.traffic(direction).waitingBytes > 0);
}
