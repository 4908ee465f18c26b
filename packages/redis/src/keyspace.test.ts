import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Keyspace, nameFenceKey, tombstoneKey } from "./keyspace.ts";

const keyspace = new Keyspace("holdfast:");

/** The part of a key that Redis Cluster hashes: between the first `{` and the first `}` after it. */
function hashTag(key: string): string | undefined {
  return /^[^{]*\{([^}]+)\}/.exec(key)?.[1];
}

describe("Keyspace", () => {
  test("a plain name can be read in its key", () => {
    expect(keyspace.lock("orders/42")).toBe("holdfast:{orders/42}");
    expect(tombstoneKey(keyspace.lock("orders/42"), "abc")).toBe("holdfast:{orders/42}:t:abc");
  });

  test("percent and closing brace are encoded, so that no name ends its hash tag early", () => {
    expect(keyspace.lock("a}b%7Dc{d")).toBe("holdfast:{a%7Db%257Dc{d}");
  });

  test("all keys of one name have one hash tag, and two names never have the same", () => {
    const names = fc.string({
      minLength: 1,
      unit: fc.constantFrom("a", "{", "}", "%", "7", "D", ":"),
    });
    fc.assert(
      fc.property(names, names, (one, other) => {
        const key = keyspace.lock(one);
        expect(hashTag(nameFenceKey(key))).toBe(hashTag(key));
        expect(hashTag(tombstoneKey(key, "id"))).toBe(hashTag(key));
        expect(hashTag(keyspace.lock(other)) === hashTag(key)).toBe(one === other);
      }),
    );
  });

  test("no key of one kind can be a key of another kind or of another name", () => {
    const names = fc.string({ minLength: 1, unit: fc.constantFrom("a", "}", "%", ":", "t", "f") });
    fc.assert(
      fc.property(names, names, (one, other) => {
        const lock = keyspace.lock(one);
        expect(keyspace.lock(other)).not.toBe(nameFenceKey(lock));
        expect(keyspace.lock(other)).not.toBe(tombstoneKey(lock, "a"));
        expect(lock).not.toBe(keyspace.serverFence);
      }),
    );
  });
});
