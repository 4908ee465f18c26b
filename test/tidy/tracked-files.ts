import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { rootFolder } from "../../scripts/workspace.mjs";

/** A file of the repository. */
export interface TrackedFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const BINARY = /\.(?:png|ico|gif|jpg|woff2?)$/;

/** What is committed or about to be: everything that git does not ignore. */
export function trackedFiles(): TrackedFile[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: rootFolder,
    encoding: "utf8",
  });
  return listed
    .split("\n")
    .filter((file) => file !== "" && !BINARY.test(file))
    .filter((file) => existsSync(path.join(rootFolder, file)))
    .map((file) => ({ path: file, text: readFileSync(path.join(rootFolder, file), "utf8") }));
}
