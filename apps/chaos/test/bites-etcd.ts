import { expect } from "vitest";
import type { EtcdGround, Ground } from "../src/ground.ts";
import { type Bite, closes, takes } from "./bite.ts";
import type { Observations } from "./probe.ts";

const base64 = (plain: string): string => Buffer.from(plain).toString("base64");
const LOST = /abort|timeout/i;
const HOLDER = "holdfast/standing/1";
const WAITER = "holdfast/standing/2";

function etcdOf(ground: Ground): EtcdGround {
  if (ground.backend !== "etcd") throw new Error(`${ground.backend} is no etcd`);
  return ground;
}

async function ask(ground: Ground, path: string, body: object) {
  const [member] = etcdOf(ground).members;
  if (member === undefined) throw new Error("the ground has no member");
  return await member.server.ask(path, body);
}

/** Which of the two keys are there. */
async function standing(ground: Ground): Promise<readonly boolean[]> {
  const answers: boolean[] = [];
  for (const key of [HOLDER, WAITER]) {
    const { count } = await ask(ground, "/v3/kv/range", { key: base64(key) });
    answers.push(count === "1");
  }
  return answers;
}

async function leaveStanding(ground: Ground): Promise<void> {
  await ask(ground, "/v3/kv/deleterange", { key: "AA==", range_end: "AA==" });
  const { ID } = await ask(ground, "/v3/lease/grant", { TTL: "600" });
  for (const key of [HOLDER, WAITER]) {
    await ask(ground, "/v3/kv/put", { key: base64(key), value: "", lease: ID });
  }
}

/** Questions to some member failed like that, and never those to all. */
function failsSomewhere(id: string, pattern: RegExp): Bite {
  return {
    id,
    seen(first, others) {
      const all = [first, ...others];
      expect(all.flatMap(({ errors }) => errors).join("\n")).toMatch(pattern);
    },
  };
}

/** Questions to every member failed like that: a fault of the way hits any of them. */
function failsEverywhere(id: string, pattern: RegExp): Bite {
  return {
    id,
    seen(first, others) {
      const all: readonly Observations[] = [first, ...others];
      for (const { errors } of all) expect(errors.join("\n")).toMatch(pattern);
    },
  };
}

function leaves(id: string, keys: readonly boolean[]): Bite {
  return {
    id,
    before: leaveStanding,
    async after(ground) {
      expect(await standing(ground)).toEqual(keys);
    },
  };
}

export const etcdBites: readonly Bite[] = [
  failsEverywhere("replies-lost", LOST),
  failsEverywhere("requests-held", LOST),
  failsEverywhere("replies-held", LOST),
  failsEverywhere("black-holed", LOST),
  failsEverywhere("connections-refused", /ECONNREFUSED/),
  closes("connections-reset", 3),
  takes("latency-jittered", 300),
  closes("network-lossy", 3),
  failsEverywhere("link-slow", LOST),
  failsSomewhere("server-paused", LOST),
  failsSomewhere("server-killed", /ECONNRESET|hang up|closed/),
  failsSomewhere("leader-killed", /ECONNRESET|hang up|closed/),
  failsSomewhere("leader-paused", LOST),
  failsSomewhere("member-isolated", LOST),
  failsEverywhere("majority-paused", LOST),
  {
    id: "compacted",
    async after(ground) {
      const past = ask(ground, "/v3/kv/range", { key: base64("probe"), revision: "1" });
      await expect(past).rejects.toThrow(/compacted/);
    },
  },
  leaves("waiter-deleted", [true, false]),
  leaves("lease-revoked", [false, false]),
  leaves("key-deleted", [false, true]),
];
