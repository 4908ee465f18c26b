import { describe, expect, test } from "vitest";
import { parseUrl } from "./parse-url.ts";

describe("parseUrl", () => {
  test("takes host, port, login and database, percent-decoded", () => {
    expect(parseUrl("redis://us%40er:p%3Aw%2Fd@example:7000/5")).toEqual({
      host: "example",
      port: 7000,
      path: undefined,
      isTls: false,
      username: "us@er",
      password: "p:w/d",
      database: 5,
    });
  });

  test("defaults are localhost, 6379 and database 0", () => {
    expect(parseUrl("redis://")).toMatchObject({ host: "localhost", port: 6379, database: 0 });
    expect(parseUrl("rediss://:pw@h")).toMatchObject({
      isTls: true,
      username: undefined,
      password: "pw",
    });
    expect(parseUrl("redis://[::1]:7000")).toMatchObject({ host: "::1", port: 7000 });
  });

  test("takes a Unix socket with its database and login", () => {
    for (const scheme of ["redis+unix", "unix"]) {
      const target = parseUrl(`${scheme}:///var/run/a%20b.sock?db=2&user=u&password=p%26w`);
      expect(target).toMatchObject({
        host: undefined,
        path: "/var/run/a b.sock",
        database: 2,
        username: "u",
        password: "p&w",
      });
    }
  });

  test.each([
    ["http://h", TypeError],
    ["not a url", TypeError],
    [42, TypeError],
    ["redis://h/notanumber", RangeError],
    ["redis://h/-1", RangeError],
    ["redis://h/99999", RangeError],
    ["redis://h?db=1", TypeError],
    ["redis+unix:///a?database=1", TypeError],
    ["redis+unix://", TypeError],
    ["redis://u:canary%ZZ@h", TypeError],
    ["redis://u:canary@h:99999", TypeError],
  ] as const)("refuses %s without quoting it", (url, kind) => {
    expect(() => parseUrl(url)).toThrow(kind);
    expect(() => parseUrl(url)).not.toThrow(/canary/);
  });
});
