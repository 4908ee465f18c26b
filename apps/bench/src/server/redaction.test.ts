import fc from "fast-check";
import { expect, test } from "vitest";
import { redacted } from "./redaction.ts";

test("no password of a URL is left in a text, encoded or not", () => {
  const password = fc.string({ minLength: 1, unit: "grapheme" }).filter((word) => word !== "*");
  fc.assert(
    fc.property(password, fc.string(), (secret, around) => {
      const encoded = encodeURIComponent(secret);
      const url = `redis://user:${encoded}@host:6379`;
      const text = redacted(`${around} ${url} ${secret} ${encoded}`, [url]);
      const rest = text.replaceAll("***", "");
      expect(rest).not.toContain(secret);
      expect(rest).not.toContain(encoded);
    }),
  );
});

test("a password in the query is one too", () => {
  const url = "redis://host:6379?password=secret";
  expect(redacted("AUTH secret failed", [url])).toBe("AUTH *** failed");
});

test("a text without a password stays as it is", () => {
  expect(redacted("connect ECONNREFUSED", ["redis://host:6379"])).toBe("connect ECONNREFUSED");
});
