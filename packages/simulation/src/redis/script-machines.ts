import {
  ACQUIRE,
  ACQUIRE_AS_MEMBER,
  ACQUIRE_UNFENCED,
  BATCH,
  BREAK,
  HEARTBEAT,
  INSPECT,
  JOIN,
  JOIN_QUEUE,
  RELEASE,
  RELEASE_IN_DOUBT,
  RENEW,
  RENEW_AND_RAISE,
  type Script,
} from "@holdfast/redis/scripts";
import { acquire, acquireAsMember, acquireUnfenced } from "./acquire-machines.ts";
import { batch } from "./batch-machine.ts";
import { breakLock, inspect } from "./inspect-machines.ts";
import { join } from "./join-machine.ts";
import { heartbeat, joinQueue } from "./queue-machines.ts";
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
  { script: ACQUIRE, machine: acquire, writtenAfter: "937e45622e2f2db62411a86d313511cbd0f3ecc3" },
  {
    script: ACQUIRE_UNFENCED,
    machine: acquireUnfenced,
    writtenAfter: "c4655997206639aa9a9d040666c6d9c684048f78",
  },
  {
    script: ACQUIRE_AS_MEMBER,
    machine: acquireAsMember,
    writtenAfter: "acc68d5733e5873051c7a53232774f19615f82a5",
  },
  {
    script: JOIN_QUEUE,
    machine: joinQueue,
    writtenAfter: "631c7b5e04908507451863351b1b9cf0f5ed0519",
  },
  {
    script: HEARTBEAT,
    machine: heartbeat,
    writtenAfter: "916f49ab56755f695586a14962dd9a70f617a732",
  },
  { script: JOIN, machine: join, writtenAfter: "8c258f8f33e05962c77b432995e870eebe87dc3a" },
  { script: RELEASE, machine: release, writtenAfter: "681f5ce1a15f423f9b078d68880dd88fceb32715" },
  {
    script: RELEASE_IN_DOUBT,
    machine: releaseInDoubt,
    writtenAfter: "6c56b10bb2d14fa8dc2490326f3e0aac3e9e68a0",
  },
  { script: RENEW, machine: renew, writtenAfter: "8cbd94a04fe0c2ab65aca28a69aa3b283bd17aa9" },
  {
    script: RENEW_AND_RAISE,
    machine: renewAndRaise,
    writtenAfter: "b30f3c0be04d49c8537cf0b15ff2d360464940b6",
  },
  { script: BATCH, machine: batch, writtenAfter: "19f04d4d1dbad3ebd384ffd1b94e119252a7c6e5" },
  { script: INSPECT, machine: inspect, writtenAfter: "a352be6c31c22e944627b766b66d7d943d0a40a2" },
  { script: BREAK, machine: breakLock, writtenAfter: "11bfce4855782cb3dbca7811b9d11dc024c722e0" },
];
