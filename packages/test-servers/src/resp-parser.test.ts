import { expect, test } from "vitest";
import { RespParser, type RespReply } from "./resp-parser.ts";

const CASES: readonly (readonly [string, RespReply])[] = [
  ["+OK\r\n", "OK"],
  ["-ERR wrong\r\n", new Error("ERR wrong")],
  [":-7\r\n", -7],
  ["$-1\r\n", null],
  ["$0\r\n\r\n", ""],
  ["$6\r\na\r\nb\u00e9\r\n", "a\r\nb\u00e9"],
  ["*-1\r\n", null],
  ["*0\r\n", []],
  ["*2\r\n*1\r\n:1\r\n$1\r\nx\r\n", [[1], "x"]],
];

test.each(CASES)("%j is read whole", (bytes, reply) => {
  expect(new RespParser().push(Buffer.from(bytes))).toEqual([reply]);
});

test("replies are read the same when their bytes arrive one by one", () => {
  const parser = new RespParser();
  const bytes = Buffer.from(CASES.map(([text]) => text).join(""));
  const replies = [...bytes].flatMap((byte) => parser.push(Buffer.from([byte])));
  expect(replies).toEqual(CASES.map(([, reply]) => reply));
});

test("bytes that are no reply are refused", () => {
  expect(() => new RespParser().push(Buffer.from("HTTP/1.1 200\r\n"))).toThrow(/Not a RESP2 reply/);
});
