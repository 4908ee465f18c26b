import { expect, test } from "vitest";
import { Guard } from "./guard.ts";

const KNOCK = { method: "GET", path: "/", origin: undefined, token: "the token" };

test.each(["127.0.0.1:80", "localhost:8080", "[::1]:80"])("on loopback %s is let in", (host) => {
  expect(new Guard("the token", "127.0.0.1").refuse({ ...KNOCK, host })).toBeUndefined();
});

test.each([undefined, "", "evil.example", "10.0.0.1:80", "localhost.evil.example", "a b"])(
  "on loopback %s is not",
  (host) => {
    const refusal = new Guard("the token", "127.0.0.1").refuse({ ...KNOCK, host });
    expect(refusal?.status).toBe(403);
  },
);

test("on the network an address is let in, and a name that may lead anywhere is not", () => {
  const guard = new Guard("the token", "0.0.0.0");
  expect(guard.refuse({ ...KNOCK, host: "10.0.0.1:80" })).toBeUndefined();
  expect(guard.refuse({ ...KNOCK, host: "[fe80::1]:80" })).toBeUndefined();
  expect(guard.refuse({ ...KNOCK, host: "evil.example" })?.status).toBe(403);
  expect(guard.refuse({ ...KNOCK, host: "10.0.0.1:80", token: "another" })?.status).toBe(401);
});
