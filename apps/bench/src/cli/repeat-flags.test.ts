import { expect, test } from "vitest";
import { repeatFlags } from "./repeat-flags.ts";

test("what is measured is kept, and where it is written is not", () => {
  expect(
    repeatFlags(["--", "--quick", "--json", "-", "--strategies=a,b", "--html=x.html", "--peers"]),
  ).toEqual(["--quick", "--strategies", "a,b", "--peers"]);
});

test("a server is named without its password, in either form", () => {
  expect(
    repeatFlags(["--url", "redis://me:secret@one:1/0?password=other", "--url=redis://:a=b@two:2"]),
  ).toEqual(["--url", "redis://one:1", "--url", "redis://two:2"]);
});
