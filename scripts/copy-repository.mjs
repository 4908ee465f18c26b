import { execFileSync } from "node:child_process";
import { cpSync, existsSync, symlinkSync } from "node:fs";
import path from "node:path";
import { rootFolder, workspacePackages } from "./workspace.mjs";

/**
 * Copies what git knows or would know, the builds, and the links between the packages. The links are
 * relative, so a package of the copy finds the other packages of the copy; what was installed is
 * shared with the original.
 *
 * @param {string} target An empty folder.
 */
export function copyRepository(target) {
  const listed = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], {
    cwd: rootFolder,
    encoding: "utf8",
  });
  for (const file of listed.split("\0")) {
    const source = path.join(rootFolder, file);
    if (file !== "" && existsSync(source)) copy(source, path.join(target, file));
  }
  symlinkSync(path.join(rootFolder, "node_modules"), path.join(target, "node_modules"));
  for (const { folder, path: home } of workspacePackages()) {
    for (const made of ["dist", "node_modules"]) {
      const source = path.join(folder, made);
      if (existsSync(source)) copy(source, path.join(target, home, made));
    }
  }
}

/**
 * The compiler trusts the time of a file it built.
 *
 * @param {string} from
 * @param {string} to
 */
function copy(from, to) {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
}
