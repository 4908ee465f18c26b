import { expect, test } from "vitest";
import { lockKey } from "./lock-key.ts";

/** Another number here is another lock: programs of two versions would not exclude each other. */
test.each([
  ["holdfast:", "orders/42", "7891335966577392327"],
  ["", "orders/42", "-4261225075031449721"],
  ["holdfast:", "zażółć gęślą jaźń", "4982292567356410197"],
  ["holdfast:", "", "-5577336912118893046"],
])("the key of prefix %j and name %j is pinned", (prefix, name, key) => {
  expect(lockKey(prefix, name)).toBe(key);
});

test("a key is a signed 64-bit number, of either sign", () => {
  const keys = Array.from({ length: 64 }, (_, index) => BigInt(lockKey("", String(index))));
  expect(keys.some((key) => key < 0n)).toBe(true);
  expect(keys.some((key) => key > 0n)).toBe(true);
  expect(keys.every((key) => BigInt.asIntN(64, key) === key)).toBe(true);
});
