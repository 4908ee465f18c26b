import { existsSync } from "node:fs";
import path from "node:path";

/** In the order in which they count where several stand in one folder. */
const CONFIG_FILES: readonly string[] = ["ts", "mts", "js", "mjs", "json"].map(
  (ending) => `holdfast.config.${ending}`,
);

/** The nearest configuration file in a folder or one above it. */
export function findConfigFile(folder: string): string | undefined {
  const here = CONFIG_FILES.map((name) => path.join(folder, name)).find((file) => existsSync(file));
  if (here !== undefined) return here;
  const above = path.dirname(folder);
  return above === folder ? undefined : findConfigFile(above);
}
