import { afterEach, expect, test, vi } from "vitest";
import { manualClock, memory, noop, type QuorumOptions, quorum } from "../src/index.ts";
import { faultyProvider } from "./faulty-provider.ts";

const clock = manualClock();
const three = () => [memory({ clock }), memory({ clock }), memory({ clock })];

const BOUNDS: readonly [keyof QuorumOptions, number, number][] = [
  ["ttlMsMax", 10, 86_400_000],
  ["memberTimeoutMs", 1, 60_000],
  ["proposalSlackMs", 0, 15_000],
  ["validityMsMin", 0, 86_400_000],
];

test.each(BOUNDS)("%s is a whole number of milliseconds from %i to %i", (option, min, max) => {
  const rest = option === "ttlMsMax" ? { proposalSlackMs: 0 } : {};
  for (const value of [min, max]) quorum(three(), { ...rest, [option]: value });
  for (const value of [min - 1, max + 1, min + 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => quorum(three(), { ...rest, [option]: value })).toThrow(RangeError);
    expect(() => quorum(three(), { ...rest, [option]: value })).toThrow(option);
  }
  expect(() => quorum(three(), { [option]: "1000" })).toThrow(TypeError);
});

test("restartGuardMs is 0 or at least ttlMsMax with drift, at most two days", () => {
  for (const restartGuardMs of [0, 10_102, 172_800_000]) {
    quorum(three(), { ttlMsMax: 10_000, restartGuardMs });
  }
  for (const restartGuardMs of [1, 10_101, 172_800_001, -1, 20_000.5, Number.NaN]) {
    const options = { ttlMsMax: 10_000, restartGuardMs };
    expect(() => quorum(three(), options)).toThrow(/restartGuardMs/);
  }
});

test("the slack of proposals is at most a quarter of ttlMsMax", () => {
  quorum(three(), { ttlMsMax: 1_000, proposalSlackMs: 250 });
  expect(() => quorum(three(), { ttlMsMax: 1_000, proposalSlackMs: 251 })).toThrow(/to 250/);
});

test("ttlMsMax is at most what every member accepts, and defaults to a minute or that", () => {
  const short = faultyProvider(clock);
  const members = [
    ...three(),
    { ...short, capabilities: { ...short.capabilities, ttlMsMax: 5_000 } },
  ];
  expect(quorum(members, { fencing: false }).capabilities.ttlMsMax).toBe(5_000);
  expect(() => quorum(members, { fencing: false, ttlMsMax: 5_001 })).toThrow(/to 5000/);
  expect(quorum(three()).capabilities.ttlMsMax).toBe(60_000);
  expect(quorum(three(), { ttlMsMax: 90_000 }).capabilities.ttlMsMax).toBe(90_000);
});

test("what cannot be right is a TypeError that names it", () => {
  const wrong: readonly [unknown, unknown, RegExp][] = [
    [undefined, {}, /at least one provider/],
    [[], {}, /at least one provider/],
    [memory(), {}, /needs an array/],
    [[memory({ clock }), undefined], {}, /members\[1\] is not a lock provider/],
    [[memory({ clock }), {}], {}, /members\[1\] is not a lock provider/],
    [[noop()], { fencing: false }, /members\[0\] \(noop\) excludes nobody/],
    [three(), { fencing: "yes" }, /fencing must be true or false/],
    [three(), { name: "" }, /name must be a string/],
    [three(), { name: 7 }, /name must be a string/],
    [three(), { memberNames: ["a", "b"] }, /memberNames must be an array of 3/],
    [three(), { memberNames: "abc" }, /memberNames must be an array of 3/],
    [three(), { memberTimeout: 5 }, /no option "memberTimeout"/],
    [three(), 5, /must be an object/],
    [three(), { clock: manualClock() }, /same clock object/],
    [[memory({ clock }), memory()], {}, /same clock object/],
  ];
  for (const [members, options, words] of wrong) {
    expect(() => quorum(members as never, options as never)).toThrow(TypeError);
    expect(() => quorum(members as never, options as never)).toThrow(words);
  }
});

test("a quorum declares what its members can do together", () => {
  const provider = quorum(three(), { name: "redlock" });
  expect([provider.name, provider.clock]).toEqual(["redlock", clock]);
  expect(provider.capabilities).toEqual({
    fencing: "monotonic",
    endsBy: "ttl",
    waiting: "poll",
    fair: false,
    ttlMsMin: 10,
    ttlMsMax: 60_000,
    ttlResolutionMs: 1,
    transferable: true,
    scope: "process",
    exclusion: "exclusive",
    modes: ["exclusive"],
  });
  const coarse = faultyProvider(clock);
  const capabilities = {
    ...coarse.capabilities,
    ttlMsMin: 2_000,
    ttlResolutionMs: 1_000,
    scope: "network",
    transferable: false,
  } as const;
  const mixed = quorum([...three(), { ...coarse, capabilities }, memory({ clock })], {
    fencing: false,
  });
  expect(mixed.capabilities).toMatchObject({
    fencing: "none",
    ttlMsMin: 2_000,
    ttlResolutionMs: 1_000,
    scope: "network",
    transferable: false,
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

test.each([1, 2, 4])("%i members are warned of", (count) => {
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  quorum(Array.from({ length: count }, () => memory({ clock })));
  expect(warn).toHaveBeenCalledTimes(1);
  expect(warn.mock.calls[0]?.[1]).toMatchObject({ code: "HOLDFAST_QUORUM_SIZE" });
});

test.each([3, 5])("%i members are not warned of", (count) => {
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  quorum(Array.from({ length: count }, () => memory({ clock })));
  expect(warn).not.toHaveBeenCalled();
});
