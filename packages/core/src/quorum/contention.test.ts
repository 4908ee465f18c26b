import { expect, test } from "vitest";
import { Elapsed } from "../elapsed.ts";
import { manualClock } from "../manual-clock.ts";
import { type Candidate, Contention } from "./contention.ts";

/** So many members, of which this one is silent. */
function members(count = 3, silent?: number): Candidate[] {
  return Array.from({ length: count }, (_, index) => ({
    identity: `server ${index}`,
    isSilent: index === silent,
  }));
}

const HEARD = members();

function made() {
  const clock = manualClock();
  return { clock, contention: new Contention(new Elapsed(clock)) };
}

test("a name has an order while it is contended, up to its very end", async () => {
  const { clock, contention } = made();
  expect(contention.order("a", HEARD)).toBeUndefined();
  contention.seen("a", 100);
  expect(contention.order("b", HEARD)).toBeUndefined();
  await clock.advance(99);
  expect(contention.order("a", HEARD)).toEqual(contention.leads("a", HEARD));
  await clock.advance(1);
  expect(contention.order("a", HEARD)).toBeUndefined();
});

test("a name that is seen again is contended for longer", async () => {
  const { clock, contention } = made();
  contention.seen("a", 100);
  await clock.advance(50);
  contention.seen("a", 100);
  await clock.advance(99);
  expect(contention.order("a", HEARD)).toHaveLength(3);
});

test("ten thousand names are remembered, and the oldest forgotten with the next", () => {
  const { contention } = made();
  for (let index = 0; index < 10_000; index += 1) contention.seen(`name ${index}`, 100);
  expect(contention.order("name 0", HEARD)).toBeDefined();
  contention.seen("name 0", 100);
  contention.seen("one more", 100);
  // The first was seen again, so the second is the oldest.
  const known = ["name 0", "name 1", "name 2"].map((name) => contention.order(name, HEARD));
  expect(known.map((order) => order !== undefined)).toEqual([true, false, true]);
});

test("every client has the same order of a name, and names differ in it", () => {
  const names = Array.from({ length: 60 }, (_, index) => `name ${index}`);
  const [mine, other] = [made().contention, made().contention];
  const orders = names.map((name) => mine.leads(name, HEARD));
  expect(names.map((name) => other.leads(name, HEARD))).toEqual(orders);
  for (const order of orders) expect(order.toSorted()).toEqual([0, 1, 2]);
  const leadCounts = [0, 1, 2].map((member) => orders.filter(([lead]) => lead === member).length);
  for (const count of leadCounts) expect(count).toBeGreaterThan(5);
});

test("a silent member leads last, and the others keep their order", () => {
  const { contention } = made();
  const order = contention.leads("a", members(5));
  for (const silent of order) {
    const others = order.filter((member) => member !== silent);
    expect(contention.leads("a", members(5, silent))).toEqual([...others, silent]);
  }
});
