import { ACQUIRE, evalInFull, evalsha, RELEASE } from "@holdfast/redis/scripts";
import { describe, expect, test } from "vitest";
import { SimulatedRedis } from "./simulated-redis.ts";

const SECOND_US = 1_000_000;

function serverAt(startUs: number): { server: SimulatedRedis; pass(us: number): void } {
  let nowUs = startUs;
  const server = new SimulatedRedis({ nowUs: () => nowUs, runId: "first" });
  return {
    server,
    pass: (us) => {
      nowUs += us;
    },
  };
}

describe("what a crash takes", () => {
  test.each([
    ["nothing", ["late", "new", "old"], "later"],
    ["last-second", ["gone", "old"], "early"],
    ["everything", [], null],
  ] as const)("%s", (loss, keys, value) => {
    const { server, pass } = serverAt(0);
    server.execute(["SET", "old", "early"]);
    server.execute(["SET", "gone", "there"]);
    pass(SECOND_US + 1);
    server.execute(["SET", "old", "later"]);
    server.execute(["SET", "new", "later", "PX", "5000"]);
    server.execute(["DEL", "gone"]);
    pass(SECOND_US);
    server.execute(["SET", "late", "later"]);
    server.crash(loss);
    expect([...server.keys()].sort()).toEqual(keys);
    server.start("second");
    expect(server.execute(["GET", "old"])).toBe(value);
  });

  test("what was lost once is not lost again, and later writes are", () => {
    const { server, pass } = serverAt(0);
    server.execute(["SET", "first", ""]);
    server.crash("nothing");
    server.start("second");
    server.execute(["SET", "second", ""]);
    server.crash("last-second");
    expect(server.keys()).toEqual(["first"]);
    pass(SECOND_US);
  });

  test("an expiry outlives a restart and goes on while the server is down", () => {
    const { server, pass } = serverAt(0);
    server.execute(["SET", "key", "", "PX", "1000"]);
    server.crash("nothing");
    pass(600_000);
    server.start("second");
    expect(server.execute(["PTTL", "key"])).toBe(400);
    pass(401_000);
    expect(server.execute(["PTTL", "key"])).toBe(-2);
  });

  test("the process: script cache, run_id and uptime begin anew", () => {
    const { server, pass } = serverAt(7_900_000);
    const operands = ["4", "lock", "fence", "q", "w", "h:"];
    expect(server.execute(evalsha(RELEASE, ...operands))).toMatchObject({
      message: expect.stringMatching(/^NOSCRIPT/),
    });
    expect(server.execute(evalInFull(RELEASE, ...operands))).toBe("0");
    expect(server.execute(evalsha(RELEASE, ...operands))).toBe("0");
    pass(3_200_000);
    // From 7.9 to 11.1 are 4 of the clock's seconds.
    expect(server.execute(["INFO", "server"])).toMatch(/run_id:first\r\nuptime_in_seconds:4\r\n/);
    server.crash("nothing");
    expect(() => server.execute(["PING"])).toThrow("crashed");
    server.start("second");
    expect(server.execute(evalsha(RELEASE, ...operands))).toBeInstanceOf(Error);
    expect(server.execute(["INFO", "server"])).toMatch(/run_id:second\r\nuptime_in_seconds:0\r\n/);
  });
});

describe("a clock that is set", () => {
  const acquire = (holder: string) =>
    evalInFull(ACQUIRE, "5", "lock", "fence", `t:${holder}`, "q", "w", `${holder}:`, "1000", ":0:");

  test("back: tokens go on from the counter, and locks live longer", () => {
    const { server, pass } = serverAt(1_000 * SECOND_US);
    expect(server.execute(acquire("a"))).toBe("+1000000000");
    pass(-100 * SECOND_US);
    expect(server.execute(acquire("b"))).toBe("-101000");
    pass(102 * SECOND_US);
    expect(server.execute(acquire("b"))).toBe("+1002000000");
  });

  test("forward: a lock ends early, and tokens jump along", () => {
    const { server, pass } = serverAt(1_000 * SECOND_US);
    server.execute(acquire("a"));
    pass(3_600 * SECOND_US);
    expect(server.execute(acquire("b"))).toBe("+4600000000");
    pass(-3_600 * SECOND_US);
    expect(server.execute(["DEL", "lock"])).toBe(1);
    expect(server.execute(acquire("c"))).toBe("+4600000001");
  });
});

test("what is not simulated is a defect of the caller, not a reply", () => {
  const { server } = serverAt(0);
  expect(() => server.execute(["LPUSH", "key", "value"])).toThrow("not simulated");
  expect(() => server.execute(["eval", "return 1", "0"])).toThrow("without a state machine");
});
