import fc from "fast-check";
import { expect, test } from "vitest";
import { canSparkle, sparkline } from "./sparkline.ts";

test("a block for each round, the largest the highest", () => {
  expect(sparkline([0, 4, 8, null, 2])).toBe("▁▅█ ▃");
  expect(sparkline([5, 5])).toBe("██");
  expect(sparkline([0, 0])).toBe("▁▁");
  expect(sparkline([-1, 0, 1])).toBe("▁▅█");
  expect(sparkline([])).toBe("");
});

test("whatever the values, there are as many blocks", () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.float({ noNaN: true, noDefaultInfinity: true }))),
      (values) => {
        expect(sparkline(values)).toMatch(new RegExp(`^[▁-█ ]{${values.length}}$`));
      },
    ),
  );
});

test("a pipe and a plain console get none", () => {
  expect(canSparkle({ isTTY: false }, "xterm-256color")).toBe(false);
  expect(canSparkle({ isTTY: true }, "linux")).toBe(false);
  expect(canSparkle({ isTTY: true }, "xterm-256color")).toBe(true);
});
