import { array, assert, double, property } from "fast-check";
import { expect, test } from "vitest";
import { type Wakeable, WakeHeap } from "./wake-heap.ts";

function drain(heap: WakeHeap<Wakeable>): number[] {
  const times: number[] = [];
  for (let first = heap.first; first !== undefined; first = heap.first) {
    times.push(first.wakeAtMs);
    heap.remove(first);
  }
  return times;
}

const times = array(double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 200 });

test("items come out in the order of their time, whatever was moved or removed between", async () => {
  await assert(
    property(times, times, (starts, moves) => {
      const heap = new WakeHeap<Wakeable>();
      const items = starts.map((wakeAtMs) => ({ wakeAtMs, heapIndex: -1 }));
      for (const item of items) heap.place(item);
      for (const [index, moveMs] of moves.entries()) {
        const item = items[index % Math.max(1, items.length)];
        if (item === undefined) break;
        if (index % 3 === 0) heap.remove(item);
        item.wakeAtMs = moveMs;
        if (index % 3 !== 0) heap.place(item);
      }
      const kept = items.filter((item) => item.heapIndex >= 0).map((item) => item.wakeAtMs);
      expect(drain(heap)).toEqual(kept.toSorted((a, b) => a - b));
    }),
  );
});

test("removing an item that is not in the heap changes nothing", () => {
  const heap = new WakeHeap<Wakeable>();
  heap.place({ wakeAtMs: 1, heapIndex: -1 });
  heap.remove({ wakeAtMs: 1, heapIndex: -1 });
  expect(heap.size).toBe(1);
});
