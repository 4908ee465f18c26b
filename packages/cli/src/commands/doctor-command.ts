import { type Finding, LockError, type LockProvider } from "@holdfast/core";
import type { CommandLine } from "../command-line/parse-command-line.ts";
import { EXIT } from "../exit-code.ts";
import { openProvider } from "../open-locks.ts";
import { jsonLine, print } from "../print.ts";

/** `holdfast doctor`: what of the backend loses locks, and what to do about it. */
export async function doctorCommand({ flags }: CommandLine): Promise<number> {
  const { provider } = await openProvider(flags);
  try {
    const findings = await findingsOf(provider);
    const isDangerous = findings.some(({ severity }) => severity === "error");
    print(
      flags.has("json")
        ? jsonLine({ backend: provider.name, findings })
        : findingsText(provider.name, findings),
    );
    return isDangerous ? EXIT.dangerous : EXIT.done;
  } finally {
    await provider[Symbol.asyncDispose]();
  }
}

async function findingsOf(provider: LockProvider): Promise<readonly Finding[]> {
  const { scope, exclusion } = provider.capabilities;
  if (exclusion === "none") {
    return [
      {
        severity: "error",
        what: "this backend excludes nobody",
        remedy: "use one that does where locks matter",
      },
    ];
  }
  if (scope === "process") {
    const remedy = "use a server for locks between processes";
    return [
      {
        severity: "warning",
        what: "this backend lives in one process and excludes no other",
        remedy,
      },
    ];
  }
  if (provider.doctor !== undefined) return provider.doctor();
  throw new LockError("UNSUPPORTED", `${provider.name} cannot examine its backend`);
}

function findingsText(name: string, findings: readonly Finding[]): string {
  if (findings.length === 0) return `${name}: nothing was found that loses locks\n`;
  const text = findings.map(({ severity, what, remedy }) => `${severity}: ${what}\n  ${remedy}\n`);
  return text.join("");
}
