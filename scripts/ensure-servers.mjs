import path from "node:path";
import { runProcess } from "./run-process.mjs";
import { progress } from "./set-up.mjs";
import { StepFailure } from "./step-failure.mjs";
import { rootFolder } from "./workspace.mjs";

/** The servers that tests and benchmarks use. */
const serverKinds = ["redis", "postgres", "etcd", "pgbouncer"];
/** What tests of pages use beside them. */
const browserKind = "chromium";
/** What `test-servers ensure` exits with when a server can be had in no way. */
const UNAVAILABLE = 3;

/**
 * Finds or installs the servers: a Docker engine, programs on the machine, Debian's packages.
 *
 * @param {{ readonly browser?: boolean }} [options] Whether a browser is wanted as well.
 * @returns {Promise<Record<string, string>>} Added to the environment of what runs next, so that it
 *   does not search again where nothing was found.
 */
export async function ensureServers({ browser = false } = {}) {
  const cli = path.join(rootFolder, "packages", "test-servers", "dist", "cli.js");
  let foundCount = 0;
  for (const kind of browser ? [...serverKinds, browserKind] : serverKinds) {
    const { code, interrupted } = await runProcess(process.execPath, [cli, "ensure", kind]);
    if (code === 0) {
      foundCount += 1;
      continue;
    }
    if (code !== UNAVAILABLE || process.env["CI"] === "true") {
      throw new StepFailure(
        code,
        interrupted,
        `No ${kind} could be had; the reason and what to do are above. ` +
          "Without CI=true this is only reported.",
      );
    }
    progress(`no ${kind}: what needs one is reported as not run`);
  }
  return foundCount === 0 ? { HOLDFAST_SERVERS: "none" } : {};
}
