#!/usr/bin/env node
import { ensureServers } from "./ensure-servers.ts";
import { type ServerKindName, serverKinds } from "./server-kinds.ts";

const USAGE = "usage: cli.js ensure KIND... where KIND is one of";
const EXIT_USAGE = 2;
const EXIT_UNAVAILABLE = 3;

process.exitCode = await main(process.argv.slice(2));

/**
 * One line per kind, on stderr: the standard output belongs to the program that the servers are for.
 * Missing servers throw under CI.
 */
async function main([verb, ...names]: readonly string[]): Promise<number> {
  const kinds = names.filter(isKindName);
  if (verb !== "ensure" || kinds.length === 0 || kinds.length < names.length) {
    process.stderr.write(`${USAGE} ${Object.keys(serverKinds).join(", ")}\n`);
    return EXIT_USAGE;
  }
  let exitCode = 0;
  for (const found of await ensureServers(kinds, { install: true })) {
    if (found.available) {
      process.stderr.write(`${found.kind}: ${found.source} (${found.detail})\n`);
    } else {
      process.stderr.write(`${found.explanation}\n`);
      exitCode = EXIT_UNAVAILABLE;
    }
  }
  return exitCode;
}

function isKindName(name: string): name is ServerKindName {
  return Object.hasOwn(serverKinds, name);
}
