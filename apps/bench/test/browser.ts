import { browserProgram, ensureServers } from "@holdfast/test-servers";
import { type Browser, chromium } from "playwright-core";

/** A headless Chromium of this machine. Throws what makes a test "not run" where there is none. */
export async function openBrowser(): Promise<Browser> {
  const [found] = await ensureServers(["chromium"]);
  const executablePath = browserProgram();
  if (executablePath === undefined || found?.available !== true) {
    throw new Error(found?.available === false ? found.explanation : "NO CHROMIUM: it went away");
  }
  // Root has no sandbox of its own, and /dev/shm of a container is small.
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}
