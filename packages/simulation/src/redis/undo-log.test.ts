import { array, assert, integer, property, record } from "fast-check";
import { describe, expect, test } from "vitest";
import { UndoLog } from "./undo-log.ts";

const WINDOW_US = 100;

describe("an undo log", () => {
  test("takes back exactly the writes of the last window, whatever the writes", () => {
    const write = record({
      key: integer({ min: 0, max: 4 }),
      afterUs: integer({ min: 0, max: 60 }),
    });
    assert(
      property(
        array(write, { maxLength: 1_000 }),
        integer({ min: 0, max: 200 }),
        (writes, idleUs) => {
          const log = new UndoLog<number>(WINDOW_US);
          const state = new Map<string, number>();
          const states: { atUs: number; state: Map<string, number> }[] = [
            { atUs: 0, state: new Map() },
          ];
          let nowUs = 1_000;
          for (const [at, { key, afterUs }] of writes.entries()) {
            nowUs += afterUs;
            log.add(String(key), state.get(String(key)), nowUs);
            state.set(String(key), at);
            states.push({ atUs: nowUs, state: new Map(state) });
          }
          nowUs += idleUs;
          log.undo(nowUs, (key, before) => {
            if (before === undefined) state.delete(key);
            else state.set(key, before);
          });
          expect(state).toEqual(states.findLast(({ atUs }) => atUs < nowUs - WINDOW_US)?.state);
        },
      ),
    );
  });
});
