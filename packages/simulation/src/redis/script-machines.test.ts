import * as scripts from "@holdfast/redis/scripts";
import { describe, expect, test } from "vitest";
import { knownScripts } from "./script-machines.ts";

describe("the state machines of the scripts", () => {
  test.each(knownScripts)("were written after the text of $script.sha", (known) => {
    // When this fails, a script was changed: change its machine, let the differential test compare the
    // two, and only then write the new hash.
    expect(known.writtenAfter).toBe(known.script.sha);
  });

  test("are one for each script that the provider has", () => {
    const real = Object.values(scripts)
      .filter((exported) => typeof exported === "object" && "sha" in exported)
      .map(({ sha }) => sha);
    expect(knownScripts.map(({ script }) => script.sha).sort()).toEqual(real.sort());
  });
});
