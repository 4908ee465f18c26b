import { expect, test } from "vitest";
import { postgres } from "./index.ts";
import type { PostgresOptions } from "./postgres-options.ts";

const url = "postgres://user:secret@127.0.0.1:1/db";

test.each([
  ["nothing", undefined, /takes \{ url \} or \{ connection \}/],
  ["neither", {}, /either url or connection/],
  ["both", { url, connection: {} }, /either url or connection/],
  ["an unknown option", { url, pool: 3 }, /no option "pool"/],
  ["another scheme", { url: "mysql://127.0.0.1" }, /must begin with postgres/],
  ["a port that is none", { url: "postgres://user:secret@a:99999/db" }, /cannot be read/],
  ["a host that is none", { url: "postgres://user:secret@[::a/db" }, /cannot be read/],
  ["a connection that is none", { connection: "127.0.0.1" }, /must be an object/],
  [
    "tls beside sslmode",
    { url: "postgres://a?sslmode=disable", tls: {} },
    /ssl parameters of url are two answers/,
  ],
  ["tls beside a connection", { connection: {}, tls: {} }, /tls belongs to url/],
  ["a pooling that cannot work", { url, pooling: "transaction" }, /pooling must be "session"/],
  ["a fencing that is no boolean", { url, fencing: 1 }, /fencing must be a boolean/],
  ["a prefix that is no string", { url, prefix: 1 }, /prefix must be a string/],
])("%s is a TypeError", (_title, options, words) => {
  expect(() => postgres(options as unknown as PostgresOptions)).toThrow(TypeError);
  expect(() => postgres(options as unknown as PostgresOptions)).toThrow(words);
});

test.each([
  ["a command timeout of 0", { commandTimeoutMs: 0 }],
  ["a single connection", { connectionCountMax: 1 }],
  ["half a connection", { connectionCountMax: 2.5 }],
  ["a prefix that is too long", { prefix: "é".repeat(65) }],
  ["an application name with a line end", { applicationName: "a\nb" }],
])("%s is a RangeError", (_title, options) => {
  expect(() => postgres({ url, ...options })).toThrow(RangeError);
});

test("no error holds what a url or a connection holds", () => {
  for (const options of [{ url: url.slice(2) }, { url, connection: { password: "secret" } }]) {
    expect(() => postgres(options as unknown as PostgresOptions)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("secret") }),
    );
  }
});

test.each([
  "postgres://a",
  "postgresql://user@/db?host=/run/postgresql",
  "postgres:///db?host=/run/postgresql",
  "postgres://user:p%40ss@%2Frun%2Fpostgresql/db",
  "postgres://user:secret@[::1]:5432/db",
])("%s is a url as the driver takes it", (accepted) => {
  expect(postgres({ url: accepted }).name).toBe("postgres");
});

test("the capability follows fencing", () => {
  expect(postgres({ url }).capabilities.fencing).toBe("monotonic");
  expect(postgres({ url, fencing: false }).capabilities.fencing).toBe("none");
});
