import { fileURLToPath } from "node:url";
import { ProgramProcess } from "@holdfast/test-servers";

const MAIN_FILE = fileURLToPath(new URL("../dist/main.js", import.meta.url));

/** The built chaos. */
export class ChaosProcess extends ProgramProcess {
  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    super(MAIN_FILE, args, env);
  }
}
