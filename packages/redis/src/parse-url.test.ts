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
    const target = parseUrl("redis+unix:///var/run/a%20b.sock?db=2&user=u&password=p%26%2Bw");
    expect(target).toMatchObject({
      host: undefined,
      path: "/var/run/a b.sock",
      database: 2,
      username: "u",
      password: "p&+w",
    });
  });

  test.each([
    ["http://h", TypeError, /^url must begin with redis:\/\/, rediss:.*, not http:/],
    ["not a url", TypeError, /^url must begin with/],
    [42, TypeError, /not number/],
    ["redis:canary", TypeError, /^url must begin with redis:\/\//],
    ["redis:/canary", TypeError, /^url must begin with redis:\/\//],
    ["canary:pw@h:1", TypeError, /^url must begin with redis:\/\//],
    ["unix:///canary", TypeError, /redis\+unix:\/\/\/path/],
    ["redis://h/notanumber", RangeError, /^url: its database/],
    ["redis://h/-1", RangeError, /^url: its database/],
    ["redis://h/99999", RangeError, /^url: its database must be .* from 0 to 65535/],
    ["redis://h?db=1", TypeError, /^url: .* no query.*%3F/],
    ["redis://u:12#canary@h", TypeError, /^url: .*no fragment.*%23/],
    ["redis://h#", TypeError, /^url: .*no fragment/],
    ["redis://u:12\tcanary@h", TypeError, /^url: .* control characters/],
    ["redis://h:0", RangeError, /^url: its port must be .* from 1 to 65535/],
    ["redis://u:canary@h:99999", TypeError, /^url .*cannot be parsed/],
    ["redis://h,canary", TypeError, /^url: its host must be one host name or address/],
    ["redis://h%2Fcanary", TypeError, /^url: its host/],
    ["redis://u:canary%ZZ@h", TypeError, /^url: its password is not percent-encoded/],
    ["redis+unix://", TypeError, /^url: a Unix socket needs its path/],
    ["redis+unix://canary/redis.sock", TypeError, /^url: .*redis\+unix:\/\/\/path/],
    ["redis+unix:///a?database=canary", TypeError, /^url: .*\?db=, \?user= and \?password=/],
    ["redis+unix:///a?db=1&db=2", TypeError, /^url: .*\?db=.* once/],
    ["redis+unix:///a?password=canary+b", TypeError, /^url: its password .*%2B/],
    ["redis+unix:///a?password=canary%ZZ", TypeError, /^url: its password is not percent-encoded/],
  ] as const)("refuses %s, says what is right and does not quote it", (url, kind, words) => {
    expect(() => parseUrl(url)).toThrow(kind);
    expect(() => parseUrl(url)).toThrow(words);
    expect(() => parseUrl(url)).not.toThrow(/canary/);
  });
});
