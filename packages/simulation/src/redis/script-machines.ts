import {
  ACQUIRE,
  ACQUIRE_AS_MEMBER,
  ACQUIRE_UNFENCED,
  BREAK,
  INSPECT,
  JOIN,
  RELEASE,
  RELEASE_IN_DOUBT,
  RENEW,
  RENEW_AND_RAISE,
  type Script,
} from "@holdfast/redis/scripts";
import { acquire, acquireAsMember, acquireUnfenced } from "./acquire-machines.ts";
import { breakLock, inspect } from "./inspect-machines.ts";
import { join } from "./join-machine.ts";
import { release, releaseInDoubt } from "./release-machines.ts";
import { renew, renewAndRaise } from "./renew-machines.ts";
import type { ScriptMachine } from "./script-machine.ts";

/** A real script, what it does, and the hash of the text that this was written after. */
export interface KnownScript {
  readonly script: Script;
  readonly machine: ScriptMachine;
  /** Of another text, a test fails: compare the two anew, then write the new hash here. */
  readonly writtenAfter: string;
}

/** Every script that the provider sends. */
export const knownScripts: readonly KnownScript[] = [
  { script: ACQUIRE, machine: acquire, writtenAfter: "cd834b183cb8a9ad1be4887b903895c6dc0eb1af" },
  {
    script: ACQUIRE_UNFENCED,
    machine: acquireUnfenced,
    writtenAfter: "dd1f393bb9428cbb5f6f64ed6493224f171aa4bf",
  },
  {
    script: ACQUIRE_AS_MEMBER,
    machine: acquireAsMember,
    writtenAfter: "acc68d5733e5873051c7a53232774f19615f82a5",
  },
  { script: JOIN, machine: join, writtenAfter: "8c258f8f33e05962c77b432995e870eebe87dc3a" },
  { script: RELEASE, machine: release, writtenAfter: "887c5f78b1e14801157956b54787a89b4465bf10" },
  {
    script: RELEASE_IN_DOUBT,
    machine: releaseInDoubt,
    writtenAfter: "f5dab4fc3384ea33e88c6828c924219297e00506",
  },
  { script: RENEW, machine: renew, writtenAfter: "8cbd94a04fe0c2ab65aca28a69aa3b283bd17aa9" },
  {
    script: RENEW_AND_RAISE,
    machine: renewAndRaise,
    writtenAfter: "b30f3c0be04d49c8537cf0b15ff2d360464940b6",
  },
  { script: INSPECT, machine: inspect, writtenAfter: "79f1f87361b57f33de48330351fad2eb0564575c" },
  { script: BREAK, machine: breakLock, writtenAfter: "ac5d46db04a3ad1271038e3062c4ee044ac9be18" },
];
