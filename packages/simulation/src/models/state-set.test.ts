import { expect, test } from "vitest";
import { StateSet, stateBuffer } from "./state-set.ts";

const FIELDS = 19;

function stateOf(number: number) {
  const state = stateBuffer(FIELDS);
  for (let field = 0, rest = number; field < FIELDS; field += 1) {
    state.fields[field] = rest % 16;
    rest = Math.floor(rest / 16);
  }
  return state;
}

test("numbers each state once, over many chunks and growths of the table", () => {
  const states = new StateSet(FIELDS, 1_000_000);
  for (let number = 0; number < 100_000; number += 1) {
    if (states.add(stateOf(number * 7)) !== number) throw new Error(`${number} was not new`);
  }
  for (let number = 0; number < 100_000; number += 1) {
    if (states.add(stateOf(number * 7)) !== -1) throw new Error(`${number} was new again`);
  }
  expect(states.size).toBe(100_000);
});

test("gives back what was put in", () => {
  const states = new StateSet(FIELDS, 10);
  const state = stateBuffer(FIELDS);
  state.fields.set([15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 9]);
  states.add(stateOf(1));
  const number = states.add(state);
  const read = stateBuffer(FIELDS);
  states.read(number, read);
  expect([...read.fields]).toEqual([...state.fields]);
});

test("refuses a field that four bits do not hold", () => {
  const state = stateBuffer(FIELDS);
  state.fields[18] = 16;
  expect(() => new StateSet(FIELDS, 10).add(state)).toThrow(/larger than 15/);
});

test("ends where the bound is passed", () => {
  const states = new StateSet(FIELDS, 2);
  states.add(stateOf(1));
  states.add(stateOf(2));
  expect(states.add(stateOf(1))).toBe(-1);
  expect(() => states.add(stateOf(3))).toThrow(RangeError);
});
