import type { LockProvider } from "@holdfast/core";
import { systemClock } from "@holdfast/core";
import type { Harness } from "../src/index.ts";
import { Table, tableProvider } from "./table-provider.ts";

/** The suite's view of the table; `shape` may break what a conforming provider keeps. */
export function tableHarness(
  name = "a third party's provider",
  shape: (provider: LockProvider, table: Table) => LockProvider = (provider) => provider,
): Harness {
  const table = new Table();
  return {
    name,
    open: async () => shape(tableProvider(table), table),
    faults: {
      deleteOutside: async (lockName) => void table.rows.delete(lockName),
    },
    leftovers: async () =>
      [...table.rows]
        .filter(([, row]) => row.endsAtMs > systemClock.monotonicMs())
        .map(([lockName]) => lockName),
  };
}
