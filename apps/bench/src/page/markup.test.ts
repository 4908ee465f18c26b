import fc from "fast-check";
import { expect, test } from "vitest";
import { html } from "./markup.ts";

test("what is put in is text, whatever it looks like", () => {
  const name = `<script>alert("x")</script>' onload='`;
  expect(String(html`<b title="${name}">${name}</b>`)).not.toMatch(/<script|"x"|' onload/);
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(String(html`${text}`)).not.toMatch(/[<>"']|&(?!\w+;|#39;)/);
    }),
  );
});

test("markup inside markup is left as it is, lists are joined, undefined is nothing", () => {
  const items = ["a&b", "c"].map((item) => html`<li>${item}</li>`);
  expect(String(html`<ul>${items}${undefined}${0}</ul>`)).toBe(
    "<ul><li>a&amp;b</li><li>c</li>0</ul>",
  );
});
