import { array, assert, integer, property, record } from "fast-check";
import { expect, test } from "vitest";
import { UndoLog } from "./undo-log.ts";

const WINDOW_US = 100;
const writes = array(
  record({ key: integer({ min: 0, max: 4 }), afterUs: integer({ min: 0, max: 60 }) }),
  { maxLength: 2_000, size: "max" },
);
const idleUs = integer({ min: 0, max: 200 });

test("an undo log takes back exactly the writes of the last window, whatever the writes", async () => {
  await assert(
    property(writes, idleUs, (sequence, lastIdleUs) => {
      const log = new UndoLog<number>(WINDOW_US);
      let state: ReadonlyMap<string, number> = new Map();
      const states = [{ atUs: Number.NEGATIVE_INFINITY, state }];
      let nowUs = 0;
      for (const [at, { key, afterUs }] of sequence.entries()) {
        nowUs += afterUs;
        log.add(String(key), state.get(String(key)), nowUs);
        state = new Map([...state, [String(key), at]]);
        states.push({ atUs: nowUs, state });
      }
      nowUs += lastIdleUs;
      const undone = new Map(state);
      log.undo(nowUs, (key, before) => {
        if (before === undefined) undone.delete(key);
        else undone.set(key, before);
      });
      expect(undone).toEqual(states.findLast(({ atUs }) => atUs < nowUs - WINDOW_US)?.state);
    }),
  );
});
