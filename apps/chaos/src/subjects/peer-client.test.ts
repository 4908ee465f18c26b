import { strategies } from "@holdfast/bench/strategies";
import { until } from "@holdfast/test-servers";
import { describe, expect, test } from "vitest";
import type { Holding, Refused, SubjectClient, Wish } from "../subject.ts";
import { openPeer, type PeerTraits } from "./peer-client.ts";

const WISH: Wish = {
  name: "orders",
  ttlMs: 1_000,
  way: "acquire",
  waitMs: undefined,
  renew: true,
  signal: undefined,
};

/** A library that locks inside the process, waits without an end and cannot be told to stop. */
const LIBRARY = "async-mutex";

describe("a caller of a library that waits without an end", () => {
  test("walks away when its time is over, and what comes then is given back", async () => {
    const { client } = await open();
    const first = held(await client.acquire(WISH));
    expect(await client.acquire({ ...WISH, waitMs: 5 })).toEqual({
      refused: "unknown",
      detail: "waited",
    });
    expect(await first.release()).toBe("ok");
    expect(await held(await client.acquire({ ...WISH, waitMs: 1_000 })).release()).toBe("ok");
  });

  test("walks away when it is aborted, and asks for nothing when it was before", async () => {
    const { client } = await open();
    const first = held(await client.acquire(WISH));
    const leaving = new AbortController();
    const { signal } = leaving;
    const waiting = client.acquire({ ...WISH, signal });
    leaving.abort();
    expect(await waiting).toEqual({ refused: "unknown", detail: "aborted" });
    expect(await client.acquire({ ...WISH, signal })).toEqual({
      refused: "fail",
      detail: "aborted",
    });
    await first.release();
  });

  test("is told of a call that hangs", async () => {
    const { client, hangs } = await open({ hangMs: 20 });
    const first = held(await client.acquire(WISH));
    const waiting = client.acquire(WISH);
    await until("the hang is told", () => hangs.length > 0);
    expect(hangs).toEqual(["acquire of orders: no answer for 20 ms"]);
    await first.release();
    await held(await waiting).release();
  });

  test("gives everything back when it closes, and waits for nothing more", async () => {
    const { client } = await open();
    held(await client.acquire(WISH));
    const waiting = client.acquire(WISH);
    await client.close();
    expect(await waiting).toMatchObject({ refused: "unknown" });
  });
});

test("what a library without such tells is not made up", async () => {
  const { client } = await open();
  const holding = held(await client.acquire(WISH));
  expect(Object.keys(holding).toSorted()).toEqual(["name", "release"]);
  await holding.release();
});

async function open(
  traits: PeerTraits = {},
): Promise<{ client: SubjectClient; hangs: readonly string[] }> {
  const strategy = strategies.find(({ id }) => id === LIBRARY);
  if (strategy === undefined) throw new Error(`no strategy ${LIBRARY}`);
  const hangs: string[] = [];
  const target = { urls: [], onHang: (call: string) => void hangs.push(call) };
  return { client: await openPeer(strategy, traits, target), hangs };
}

function held(answer: Holding | Refused): Holding {
  if ("refused" in answer) throw new Error(`refused: ${answer.detail}`);
  return answer;
}
