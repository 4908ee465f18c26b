/** What `HOLDFAST_SERVERS` allows: everything in order (`auto`), one source only, or nothing. */
export type ServerSetting = "auto" | "docker" | "local" | "none";

const SETTINGS: readonly ServerSetting[] = ["auto", "docker", "local", "none"];

/** Reads `HOLDFAST_SERVERS`; unset and empty mean `auto`. */
export function readServerSetting(environment: NodeJS.ProcessEnv = process.env): ServerSetting {
  const text = environment["HOLDFAST_SERVERS"] || "auto";
  const setting = SETTINGS.find((known) => known === text);
  if (setting === undefined) {
    throw new RangeError(`HOLDFAST_SERVERS is ${text}, wanted one of ${SETTINGS.join(", ")}`);
  }
  return setting;
}
