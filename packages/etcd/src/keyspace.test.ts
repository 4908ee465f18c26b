import { expect, test } from "vitest";
import { Keyspace } from "./keyspace.ts";

const keyspace = new Keyspace("p");

test("slashes and percent signs of a name are encoded, and nothing else", () => {
  expect(keyspace.key("a/b%2F c é", "h").toString()).toBe("p/a%2Fb%252F c é/h");
});

test("the range of a name holds its keys and no other name's", () => {
  const { key, range_end } = keyspace.range("orders");
  const isInside = (other: Buffer): boolean =>
    Buffer.compare(key, other) <= 0 && Buffer.compare(other, range_end) < 0;
  expect(isInside(keyspace.key("orders", "h"))).toBe(true);
  for (const name of ["orders/42", "orders0", "orders.", "order", "orders%"]) {
    expect(isInside(keyspace.key(name, "h")), name).toBe(false);
  }
  expect(isInside(keyspace.tombstone("h"))).toBe(false);
});

test("everything is under the prefix", () => {
  const { key, range_end } = keyspace.all;
  for (const one of [
    keyspace.key("a", "h"),
    keyspace.tombstone("h"),
    keyspace.key("\u{1f512}", "h"),
  ]) {
    expect(Buffer.compare(key, one) <= 0 && Buffer.compare(one, range_end) < 0).toBe(true);
  }
  expect(keyspace.permitted).toBe("p/");
});
