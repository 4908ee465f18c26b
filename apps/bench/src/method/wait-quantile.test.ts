import { expect, test } from "vitest";
import { waitQuantile } from "./wait-quantile.ts";

const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

test.each([
  [0.5, 50],
  [0.99, 99],
  [1, 100],
])("where nothing was cut short %d is the plain quantile", (share, waitUs) => {
  const waits = { ended: hundred.toReversed(), cutShort: [] };
  expect(waitQuantile(waits, share)).toEqual({ waitUs, isOpen: false });
});

/** Freireich's 21 patients under 6-MP (1963), the example of the textbooks. */
const remissions = {
  ended: [6, 6, 6, 7, 10, 13, 16, 22, 23],
  cutShort: [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35],
};

// S(6) = 0.857, S(10) = 0.753, S(16) = 0.627, S(22) = 0.538, S(23) = 0.448
test.each([
  [0.142, 6, false],
  [0.246, 10, false],
  [0.248, 13, false],
  [0.372, 16, false],
  [0.374, 22, false],
  [0.5, 23, false],
  [0.6, 35, true],
])("the estimate for %d is that of the textbooks", (share, waitUs, isOpen) => {
  expect(waitQuantile(remissions, share)).toEqual({ waitUs, isOpen });
});

test("waits cut short early leave a quantile of long ones as it is", () => {
  const p99 = waitQuantile({ ended: hundred, cutShort: [1, 2, 3, 50] }, 0.99);
  expect(p99).toEqual({ waitUs: 100, isOpen: false });
});

test("a share that waited to the end without a grant makes the quantile the least it can be", () => {
  const starved = { ended: hundred, cutShort: [1_000, 1_000] };
  expect(waitQuantile(starved, 0.5)).toEqual({ waitUs: 51, isOpen: false });
  expect(waitQuantile(starved, 0.99)).toEqual({ waitUs: 1_000, isOpen: true });
  expect(waitQuantile({ ended: [], cutShort: [7] }, 0.5)).toEqual({ waitUs: 7, isOpen: true });
});

test("without any wait it is 0", () => {
  expect(waitQuantile({ ended: [], cutShort: [] }, 0.99)).toEqual({ waitUs: 0, isOpen: false });
});
