import { readFileSync } from "node:fs";
import { arch, cpus, loadavg, platform, release, totalmem } from "node:os";

/** Where a run took place. Figures of two machines cannot be compared; their ratios can, with care. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly os: string;
  readonly arch: string;
  /** Load average over the minute before the run: above 0.5 something else was busy. */
  readonly loadBefore: number;
  /** The core that clients and server shared, or null where they ran anywhere. */
  readonly pinnedCore: number | null;
  /** Whether the server was on that core too; false in a container. Null without a server. */
  readonly serverPinned: boolean | null;
}

export function describeMachine(
  pinnedCore: number | undefined,
  serverPinned: boolean | undefined,
): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGib: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    os: `${osName()} (${platform()} ${release()})`,
    arch: arch(),
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    pinnedCore: pinnedCore ?? null,
    serverPinned: serverPinned ?? null,
  };
}

function osName(): string {
  try {
    const text = readFileSync("/etc/os-release", "utf8");
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(text)?.[1] ?? platform();
  } catch {
    return platform();
  }
}
