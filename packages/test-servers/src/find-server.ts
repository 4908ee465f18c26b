import { aptInstall, aptObstacle } from "./apt-install.ts";
import { engineAddresses, findDockerEngine } from "./docker-engine.ts";
import { findLocalBinary } from "./local-binary.ts";
import type { ProgramKind } from "./program-kind.ts";
import type { ServerKind } from "./server-kind.ts";
import { readServerSetting } from "./server-setting.ts";
import type { ServerSource } from "./server-source.ts";

/** Where one kind of server comes from, or why it comes from nowhere and what to do about that. */
export type ServerAvailability =
  | {
      readonly kind: string;
      readonly available: true;
      readonly source: ServerSource;
      /** What exactly is used, for a line of output. */
      readonly detail: string;
    }
  | { readonly kind: string; readonly available: false; readonly explanation: string };

export interface FindServerOptions {
  /** Whether missing packages are installed, as root on Debian. Defaults to false. */
  readonly install?: boolean;
}

/** One place to look: where a server was found, or the reason why not. */
type Finding =
  | { readonly source: ServerSource; readonly detail: string }
  | { readonly miss: string };

/**
 * Looks for one kind of server: a Docker engine that answers, then a program on this machine, then,
 * where allowed, Debian's packages. `HOLDFAST_SERVERS` narrows this to one source or to none. What has no
 * image is a program of this machine whatever it says, but for none.
 */
export async function findServer(
  kind: ServerKind | ProgramKind,
  options: FindServerOptions = {},
): Promise<ServerAvailability> {
  const setting = readServerSetting();
  if (setting === "none") return switchedOff(kind);
  const places: (() => Finding | Promise<Finding>)[] = [];
  const isImage = "image" in kind;
  if (isImage && setting !== "local") places.push(() => findInDocker(kind));
  if (!isImage || setting !== "docker") {
    places.push(() => findOnMachine(kind));
    if (options.install) places.push(() => installOnMachine(kind));
  }
  const misses: string[] = [];
  for (const place of places) {
    const finding = await place();
    if (!("miss" in finding)) return { kind: kind.name, available: true, ...finding };
    misses.push(finding.miss);
  }
  return unavailable(kind, misses);
}

async function findInDocker(kind: ServerKind): Promise<Finding> {
  const engine = await findDockerEngine();
  if (engine === undefined) {
    const tried = engineAddresses().join(", ") || "no socket in any usual place";
    return { miss: `a Docker engine: none answers (${tried})` };
  }
  try {
    // Loaded only where there is an engine: it takes half a second.
    const { prepareDocker } = await import("./docker-readiness.ts");
    await prepareDocker(kind.image);
  } catch (cause) {
    return { miss: `${kind.image} on ${engine}: ${textOf(cause)}` };
  }
  return { source: "docker", detail: `${kind.image} on ${engine}` };
}

function findOnMachine(kind: ProgramKind): Finding {
  const path = findLocalBinary(kind.binary, kind.folders?.());
  if (path === undefined) return { miss: `${kind.binary} on PATH: not there` };
  return { source: "local", detail: path };
}

async function installOnMachine(kind: ProgramKind): Promise<Finding> {
  const packages = kind.debianPackages.join(" ");
  const obstacle = aptObstacle();
  if (obstacle !== undefined) return { miss: `apt-get install ${packages}: ${obstacle}` };
  process.stderr.write(
    `Installing ${packages} with apt-get for the tests (HOLDFAST_SERVERS=none prevents this)\n`,
  );
  try {
    await aptInstall(kind.debianPackages);
  } catch (cause) {
    return { miss: `apt-get install ${packages}: ${textOf(cause)}` };
  }
  return findOnMachine(kind);
}

function switchedOff(kind: ProgramKind): ServerAvailability {
  const explanation = [
    `${noun(kind)}: switched off by HOLDFAST_SERVERS=none.`,
    "What to do: unset HOLDFAST_SERVERS.",
  ].join("\n");
  return { kind: kind.name, available: false, explanation };
}

function unavailable(
  kind: ServerKind | ProgramKind,
  misses: readonly string[],
): ServerAvailability {
  const explanation = [
    `${noun(kind)}: what needs one cannot run. Looked for`,
    ...misses.map((miss) => `  - ${miss}`),
    `What to do: ${"image" in kind ? "start a Docker engine, or " : ""}install ${kind.binary}`,
    `(Debian: apt-get install ${kind.debianPackages.join(" ")}), and leave HOLDFAST_SERVERS unset.`,
  ].join("\n");
  return { kind: kind.name, available: false, explanation };
}

/** How a test runner tells that something was not to be had. */
function noun(kind: ServerKind | ProgramKind): string {
  return `NO ${kind.name.toUpperCase()}${"image" in kind ? " SERVER" : ""}`;
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
