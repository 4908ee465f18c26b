import { findLocalBinary } from "./local-binary.ts";
import type { ProgramKind } from "./program-kind.ts";

/** The browser that pages are tested in. No server: tests start it themselves, through a driver of theirs. */
export const browserKind: ProgramKind = {
  name: "chromium",
  binary: "chromium",
  debianPackages: ["chromium"],
};

/** Where the browser is on this machine; undefined when it is not there. */
export function browserProgram(): string | undefined {
  return findLocalBinary(browserKind.binary);
}
