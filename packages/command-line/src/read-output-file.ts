import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { UsageError } from "./usage-error.ts";

/**
 * The absolute path of a file to write; undefined without a wish. Checked before the run, so that
 * minutes of work do not end in a path that does not exist. Throws a {@link UsageError} for one that
 * cannot be written.
 */
export function readOutputFile(flag: string, wish: unknown): string | undefined {
  if (wish === undefined) return undefined;
  if ((typeof wish !== "string" && typeof wish !== "number") || wish === "-") {
    throw new UsageError(`--${flag} takes the path of one file to write`);
  }
  const file = path.resolve(String(wish));
  if (!existsSync(path.dirname(file))) {
    throw new UsageError(`--${flag} cannot write ${file}: its folder does not exist`);
  }
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new UsageError(`--${flag} takes a file, and ${file} is a folder`);
  }
  return file;
}
