import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const page = new URL("../../../docs/peers-faults.md", import.meta.url);
const ROW = /^\| ([^|]*?) *\| \[[^\]]*\]\((.*?)\): "(.*?)" *\| \[(.*?)\]\((.*?)\) *\|$/gm;

/** Every fault that a row must hold, by a test and a patch. */
const FAULTS = [
  "An even split (1 of 2, 2 of 4) never settles",
  "A hung member delays or hangs the whole acquire",
  "A lock is returned after its validity had passed",
  "Validity counts from a later start than the first request",
  "Minority votes are kept, and block the next attempt",
  "Members that timed out after applying are never released",
  "Cleaning up asks only the members that answered",
  "One of three is accepted as a quorum",
  "Members that are one server are accepted",
  "An error is thrown although a quorum was reached, and the lock kept",
  "A renewal counts keys that it made again as votes",
  "A renewal ignores elapsed time",
  "A member that restarted empty votes at once",
  "A member that abstains is counted",
  "Tokens of a quorum are not written back",
  "A late grant counts with a token of its own",
  "A lease is revived after a later holder",
];

function read(target: string | undefined): string {
  return readFileSync(fileURLToPath(new URL(target ?? "", page)), "utf8");
}

const rows = [...read(page.href).matchAll(ROW)].map(
  ([, fault = "", file, title = "", name = "", patch]) => ({ fault, file, title, name, patch }),
);

test("every fault of other quorums is a row, and nothing else is", () => {
  expect(rows.map(({ fault }) => fault).sort()).toEqual([...FAULTS].sort());
});

test.each(rows)("$fault: its test is there, and the patch", ({ file, title, name, patch }) => {
  expect(read(file)).toContain(`"${title}`);
  expect(title.slice(0, 4)).toBe(name.slice(0, 4));
  expect(patch).toContain(name);
  expect(read(patch)).toMatch(/^\+/m);
});
