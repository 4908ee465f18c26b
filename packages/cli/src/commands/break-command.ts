import type { CommandLine } from "../command-line/parse-command-line.ts";
import { EXIT } from "../exit-code.ts";
import { openLocks } from "../open-locks.ts";
import { jsonLine, print } from "../print.ts";
import { UsageError } from "../usage-error.ts";

/** `holdfast break`: ends the holding that is there when it looks. */
export async function breakCommand({ words, flags }: CommandLine): Promise<number> {
  const [name = ""] = words;
  if (!flags.has("yes")) {
    throw new UsageError(
      "break takes a lock away from a holder that goes on until its next renewal",
      "holdfast inspect shows who that is; --yes breaks it",
    );
  }
  const locks = await openLocks(flags);
  try {
    const { held, incarnation } = await locks.inspect(name);
    const which = incarnation === undefined ? ({ any: true } as const) : { incarnation };
    const broken = held && (await locks.breakLock(name, { ...which, force: flags.has("force") }));
    const words = broken ? "is broken" : "was free, or free by then";
    print(flags.has("json") ? jsonLine({ name, broken }) : `${name} ${words}\n`);
    return EXIT.done;
  } finally {
    await locks.close();
  }
}
