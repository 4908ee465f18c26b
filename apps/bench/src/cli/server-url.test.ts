import { UsageError } from "@holdfast/command-line";
import { expect, test } from "vitest";
import { readServerUrls } from "./server-url.ts";

test("each --url is one server, shown without its password and its path", () => {
  expect(readServerUrls(["redis://u:pw@one:6379/3", "rediss://two:6380?password=pw"])).toEqual([
    { backend: "redis", url: "redis://u:pw@one:6379/3", shown: "redis://one:6379" },
    { backend: "redis", url: "rediss://two:6380?password=pw", shown: "rediss://two:6380" },
  ]);
  expect(readServerUrls("redis://one")).toHaveLength(1);
  expect(readServerUrls(undefined)).toEqual([]);
});

test.each([
  [true, /--url takes redis:\/\/host:port, .*; number 1 is no URL/],
  ["secret", /number 1 is no URL/],
  [["redis://one", "mongo://u:secret@two"], /number 2 begins with mongo:\/\//],
  ["redis://", /number 1 begins with redis:\/\//],
  ["http://u:secret@etcd:2379", /takes an etcd without a login; number 1 has one/],
  ["redis://u:sec%ret-secret@one", /every % written %25; number 1 has a % that begins no escape/],
  [["redis://u:secret@one:1", "redis://v:secret@one:1"], /names redis:\/\/one:1 twice/],
])("%j is refused, and not repeated", (wish, message) => {
  expect(() => readServerUrls(wish)).toThrow(UsageError);
  expect(() => readServerUrls(wish)).toThrow(message);
  expect(() => readServerUrls(wish)).not.toThrow(/secret/);
});
