import { systemClock } from "@holdfast/core";
import { expect, test } from "vitest";
import { etcdSettings, hostUrls } from "./etcd-options.ts";

const HOSTS = "http://a:2379";

test("defaults", () => {
  expect(etcdSettings({ hosts: HOSTS })).toEqual({
    prefix: "holdfast",
    commandTimeoutMs: 2_000,
    ttlMsMax: 86_400_000,
    clock: systemClock,
  });
});

test.each([
  ["no options", undefined],
  ["neither client nor hosts", {}],
  ["an unknown option", { hosts: HOSTS, host: "b" }],
  ["auth for a client", { client: {}, auth: { username: "a", password: "b" } }],
  ["both client and hosts", { client: {}, hosts: HOSTS }],
  ["an empty prefix", { hosts: HOSTS, prefix: "" }],
  ["a slash at the end of the prefix", { hosts: HOSTS, prefix: "a/" }],
  ["a slash at its beginning", { hosts: HOSTS, prefix: "/a" }],
  ["an empty part", { hosts: HOSTS, prefix: "a//b" }],
  ["a control character", { hosts: HOSTS, prefix: "a\n" }],
  ["a lone surrogate", { hosts: HOSTS, prefix: "a\ud800" }],
  ["a timeout of nothing", { hosts: HOSTS, commandTimeoutMs: 0 }],
  ["half a millisecond", { hosts: HOSTS, commandTimeoutMs: 10.5 }],
  ["a largest ttl below the smallest", { hosts: HOSTS, ttlMsMax: 1_000 }],
])("refused: %s", (_what, options) => {
  expect(() => etcdSettings(options as never)).toThrow(/etcd\(\)|must|belong/);
});

test("hosts are made URLs, with TLS where it is asked for", () => {
  expect(hostUrls({ hosts: "a:1" })).toEqual(["http://a:1"]);
  expect(hostUrls({ hosts: ["a:1", "[::1]:2"], tls: {} })).toEqual([
    "https://a:1",
    "https://[::1]:2",
  ]);
});

test.each([
  ["none", []],
  ["one without a port", ["http://a"]],
  ["one with a path", ["http://a:1/x"]],
  ["one with a password, which is not quoted", ["http://user:secret@a:1"]],
  ["another scheme", ["ftp://a:1"]],
  ["mixed ones", ["http://a:1", "https://b:1"]],
  ["one twice", ["http://a:1", "a:1"]],
  ["too many", Array.from({ length: 17 }, (_, port) => `a:${port + 1}`)],
])("refused hosts: %s", (_what, hosts) => {
  expect(() => hostUrls({ hosts })).toThrow(/host/);
  expect(() => hostUrls({ hosts })).not.toThrow(/secret/);
});

test("tls without https is refused", () => {
  expect(() => hostUrls({ hosts: HOSTS, tls: {} })).toThrow("tls needs hosts with https://");
});
