import { expect, test } from "vitest";
import { memberName } from "./member-name.ts";

test.each([
  ["redis://user:secret@Redis-1.internal:7001/3", "redis-1.internal:7001"],
  ["redis://10.0.0.1", "10.0.0.1:6379"],
  ["rediss://:secret@[::1]:7001", "[::1]:7001"],
  ["redis://", "localhost:6379"],
  ["redis+unix:///run/redis%20a.sock?password=secret", "/run/redis a.sock"],
])("%s is called %s", (url, name) => {
  expect(memberName(url)).toBe(name);
});
