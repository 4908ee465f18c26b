import { describe, expect, test } from "vitest";
import { checkAll } from "../src/check-all.ts";
import type { CheckOptions } from "../src/check-options.ts";
import { handOffsOf } from "../src/checkers/hand-off.ts";
import { vacanciesOf } from "../src/vacancy.ts";
import { history } from "./event-lines.ts";

/** Which checkers see something in it, each once. */
function seen(lines: string, options: CheckOptions = {}): readonly string[] {
  return [...new Set(checkAll(history(lines), options).map(({ checker }) => checker))].sort();
}

const A_HOLDS = `
  0 a acquire invoke ttl=100
  1 a acquire ok token=1 until=90`;

describe("a holder relies on its lock", () => {
  test("until its validity is over", () => {
    const second = (atMs: number) => `${A_HOLDS}
      2 b acquire invoke ttl=100
      ${atMs} b acquire ok token=2 until=190`;
    expect(seen(second(90))).toEqual([]);
    expect(seen(second(89))).toEqual(["exclusion", "linearizability"]);
  });

  test("until it asks for the release, whatever becomes of that", () => {
    expect(
      seen(`${A_HOLDS}
        2 b acquire invoke ttl=100
        10 a release invoke
        11 b acquire ok token=2 until=110
        12 a release unknown`),
    ).toEqual([]);
  });

  test("until it is told of the loss", () => {
    expect(
      seen(`${A_HOLDS}
        2 b acquire invoke ttl=100
        10 a renew invoke
        11 a renew fail
        11 a lost ok
        12 b acquire ok token=2 until=110`),
    ).toEqual([]);
  });

  test("until its process dies", () => {
    expect(
      seen(`${A_HOLDS}
        2 b acquire invoke ttl=100
        10 a crash ok
        12 b acquire ok token=2 until=110`),
    ).toEqual([]);
  });

  test("as long as its last renewal says", () => {
    expect(
      seen(`${A_HOLDS}
        2 b acquire invoke ttl=100
        50 a renew invoke
        51 a renew ok until=140
        139 b acquire ok token=2 until=200`),
    ).toEqual(["exclusion", "linearizability"]);
  });

  test("in the process that it was carried to", () => {
    const carried = `
      0 one:a acquire invoke ttl=100
      1 one:a acquire ok token=1 until=90
      10 one:end crash ok
      20 two:a renew invoke
      21 two:a renew ok until=110
      22 b acquire invoke ttl=100`;
    expect(seen(`${carried}\n 100 b acquire ok token=2 until=200`)).toContain("exclusion");
    expect(seen(`${carried}\n 115 b acquire ok token=2 until=200`)).toEqual([]);
  });
});

describe("tokens", () => {
  const two = (first: string, second: string) => `
    0 a acquire invoke
    1 a acquire ok token=${first}
    2 a release invoke
    3 a release ok
    ${second}
    9 b acquire ok token=4`;

  test("rise from one holder to another that asks later", () => {
    expect(seen(two("4", "5 b acquire invoke"))).toEqual(["fencing-order", "linearizability"]);
    expect(seen(two("5", "5 b acquire invoke"))).toEqual(["fencing-order", "linearizability"]);
    expect(seen(two("3", "5 b acquire invoke"))).toEqual([]);
  });

  test("of two who asked at the same time tell the order in which they had the lock", () => {
    expect(seen(two("5", "0.5 b acquire invoke"))).toEqual(["linearizability"]);
  });

  test("are compared as numbers of any size", () => {
    const next = two("100000000000000000000000", "5 b acquire invoke");
    expect(seen(next.replace("token=4", "token=99999999999999999999999"))).toContain(
      "fencing-order",
    );
  });
});

describe("a fenced resource", () => {
  test("accepts nothing older after something newer", () => {
    const writes = `
      1 a write invoke token=5
      2 a write ok
      3 b write invoke token=4`;
    expect(seen(`${writes}\n 4 b write ok`)).toEqual(["fenced-resource"]);
    expect(seen(`${writes}\n 4 b write fail`)).toEqual([]);
  });

  test("may take two writes at the same time in either order", () => {
    expect(
      seen(`
        1 a write invoke token=5
        3 b write invoke token=4
        4 b write ok
        5 a write ok`),
    ).toEqual([]);
  });

  test.each([
    [0, ["fenced-resource"]],
    [1, []],
    [2, []],
    [3, ["fenced-resource"]],
  ])("with one addition accepted and one unknown, a read of %i is %j", (value, found) => {
    expect(
      seen(`
        1 a write invoke token=5
        2 a write ok
        3 b write invoke token=6
        4 b write unknown
        5 c write invoke token=4
        6 c write fail
        7 d read invoke
        8 d read ok value=${value}`),
    ).toEqual(found);
  });
});

describe("only the holder", () => {
  const SUCCEEDED = `${A_HOLDS}
    2 b acquire invoke ttl=100
    95 b acquire ok token=2 until=190`;

  test("renews, and not who had it before", () => {
    const renewal = `${SUCCEEDED}\n 100 a renew invoke\n 101 a renew`;
    expect(seen(`${renewal} ok until=191`)).toEqual(["exclusion", "linearizability", "ownership"]);
    expect(seen(`${renewal} fail`)).toEqual([]);
  });

  test("releases, and not who had it before", () => {
    const release = `${SUCCEEDED}\n 100 a release invoke\n 101 a release`;
    expect(seen(`${release} ok`)).toEqual(["linearizability", "ownership"]);
    expect(seen(`${release} fail`)).toEqual([]);
  });

  test("renews, and nobody to whom the loss was told", () => {
    expect(
      seen(`${A_HOLDS}
        90 a lost ok
        91 a renew invoke
        92 a renew ok until=180`),
    ).toEqual(["ownership"]);
  });

  test("releases, once", () => {
    expect(
      seen(`${A_HOLDS}
        2 a release invoke
        3 a release ok
        4 a release invoke
        5 a release ok`),
    ).toEqual(["linearizability", "ownership"]);
  });
});

describe("a free lock", () => {
  const FREED = `${A_HOLDS}
    5 b acquire invoke ttl=100
    10 a release invoke
    11 a release ok`;

  test("is not waited for longer than the bound", () => {
    const slow = `${FREED}\n 61 b acquire ok token=2 until=160`;
    expect(seen(slow, { wakeUpMs: 50 })).toEqual([]);
    expect(seen(slow, { wakeUpMs: 49 })).toEqual(["lost-wake-up"]);
    expect(seen(slow, { handOffMs: 50 })).toEqual([]);
    expect(seen(slow, { handOffMs: 49 })).toEqual(["hand-off"]);
    expect(handOffsOf(history(slow))).toEqual([
      { name: "lock", after: "release", durationNs: 50e6 },
    ]);
  });

  test("may be waited for as long as a fault and its consequences last", () => {
    const disturbed = `${FREED}\n 20 x fault ok\n 60 x heal ok\n 100 b acquire ok token=2`;
    expect(seen(disturbed, { wakeUpMs: 39 })).toEqual(["lost-wake-up"]);
    expect(seen(disturbed, { wakeUpMs: 39, settleMs: 1 })).toEqual([]);
  });

  test("may have been taken by an acquire that nobody knows the outcome of", () => {
    const doubtful = `
      0 a acquire invoke ttl=100
      5 b acquire invoke ttl=100
      10 a acquire unknown
      200 b acquire ok token=2`;
    expect(seen(doubtful, { wakeUpMs: 50 })).toEqual([]);
    expect(seen(doubtful, { wakeUpMs: 50, deliveryMs: 100 })).toEqual([]);
    expect(seen(doubtful, { wakeUpMs: 50, deliveryMs: 10 })).toEqual(["lost-wake-up"]);
  });

  test("of a dead process is granted within the bound after its ttl, or after its session", () => {
    const crashed = `${A_HOLDS}
      5 b acquire invoke ttl=100
      20 a crash ok
      150 b acquire ok token=2`;
    expect(seen(crashed, { crashHandOffMs: 50, deliveryMs: 0 })).toEqual([]);
    expect(seen(crashed, { crashHandOffMs: 40, deliveryMs: 0 })).toEqual(["crash-hand-off"]);
    expect(seen(crashed, { crashHandOffMs: 129, endsBy: "session" })).toEqual(["crash-hand-off"]);
    expect(seen(crashed, { crashHandOffMs: 130, endsBy: "session" })).toEqual([]);
  });

  test("what a dead process may have sent is no grant to it", () => {
    const died = `${A_HOLDS}
      10 a release invoke
      11 a release ok
      50 a crash ok`;
    expect(handOffsOf(history(died), { deliveryMs: 10 })).toEqual([]);
    expect(vacanciesOf(history(died), { deliveryMs: 10 })[1]).toMatchObject({
      startNs: 11e6,
      endNs: 50e6,
      next: undefined,
    });
  });

  test("may be renewed any number of times before that", () => {
    const renewals = Array.from({ length: 50_000 }, (_, index) => {
      const atMs = 2 + index / 25_000;
      return `${atMs} a renew invoke\n ${atMs} a renew ok until=${atMs + 90}`;
    });
    const renewed = `${A_HOLDS}\n${renewals.join("\n")}\n 4 a release invoke\n 5 a release ok`;
    expect(seen(renewed, { wakeUpMs: 1, availableMs: 1, noticeMs: 1 })).toEqual([]);
  });

  test("is refused to nobody", () => {
    const refused = `${FREED.replace("5 b", "40 b")}\n 41 b acquire`;
    expect(seen(`${refused} fail`, { availableMs: 28 })).toEqual(["availability"]);
    expect(seen(`${refused} fail`, { availableMs: 30 })).toEqual([]);
    expect(seen(`${refused} unknown`, { availableMs: 28 })).toEqual(["availability"]);
    expect(seen(`${refused} fail detail=aborted`, { availableMs: 28 })).toEqual([]);
    expect(seen(`${refused} ok token=2`, { availableMs: 28 })).toEqual([]);
  });
});

describe("a loss", () => {
  const LAPSED = `${A_HOLDS}\n 300 x read invoke\n 301 x read ok`;

  test("is told within the bound", () => {
    expect(seen(LAPSED, { noticeMs: 5 })).toEqual(["loss-told"]);
    expect(seen(`${A_HOLDS}\n 95 a lost ok`, { noticeMs: 5 })).toEqual([]);
    expect(seen(`${A_HOLDS}\n 96 a lost ok`, { noticeMs: 5 })).toEqual(["loss-told"]);
    expect(seen(`${A_HOLDS}\n 94 x crash ok`, { noticeMs: 5 })).toEqual([]);
  });

  test("is told within the bound after a pause", () => {
    const paused = `${A_HOLDS}\n 50 a pause ok\n 200 a resume ok`;
    expect(seen(`${paused}\n 205 a lost ok`, { noticeMs: 5 })).toEqual([]);
    expect(seen(`${paused}\n 206 a lost ok`, { noticeMs: 5 })).toEqual(["loss-told"]);
  });

  test("is told within the bound after a renewal was refused", () => {
    const refused = `${A_HOLDS}\n 30 a renew invoke\n 31 a renew fail`;
    expect(seen(`${refused}\n 36 a lost ok`, { noticeMs: 5 })).toEqual([]);
    expect(seen(`${refused}\n 37 a lost ok`, { noticeMs: 5 })).toEqual(["loss-told"]);
  });

  test("need not be told when a late renewal undid it within the bound", () => {
    const renewed = (atMs: number) => `${A_HOLDS}
      80 a renew invoke
      ${atMs} a renew ok until=180
      181 a lost ok`;
    expect(seen(renewed(94), { noticeMs: 5 })).toEqual([]);
    expect(seen(renewed(96), { noticeMs: 5 })).toEqual(["loss-told"]);
  });
});

describe("a fair line", () => {
  const LINE = (inLineMs: number) => `
    1 a acquire invoke
    ${inLineMs} a wait ok
    3 b acquire invoke
    4 b acquire ok token=1
    5 b release invoke
    6 b release ok`;

  test("serves who stood in it first", () => {
    const served = (inLineMs: number) => `${LINE(inLineMs)}\n 7 a acquire ok token=2`;
    expect(seen(served(2), { fair: true })).toEqual(["fifo"]);
    expect(seen(served(2))).toEqual([]);
    expect(seen(served(3.5), { fair: true })).toEqual([]);
  });

  test("is left by who gives up, after who was served first", () => {
    expect(seen(`${LINE(2)}\n 7 a acquire fail`, { fair: true })).toEqual(["fifo"]);
  });

  test("may be lost in a fault", () => {
    const disturbed = `${LINE(2)}\n 6 x fault ok\n 6 x heal ok\n 7 a acquire ok token=2`;
    expect(seen(disturbed, { fair: true })).toEqual([]);
  });
});

describe("at the end", () => {
  test("every call was answered, unless its process died", () => {
    expect(seen("0 a renew invoke")).toEqual(["termination"]);
    expect(seen("0 a renew invoke\n 1 a crash ok")).toEqual([]);
    expect(seen("0 a renew ok")).toEqual(["termination"]);
  });

  test("nothing is left", () => {
    expect(seen("0 a leftover ok detail=key")).toEqual(["leaks"]);
    expect(seen("0 x crash ok", { leftovers: ["a key"] })).toEqual(["leaks"]);
  });
});
