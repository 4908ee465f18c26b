#!/usr/bin/env node
import { Interruption, USAGE_EXIT_CODE, UsageError } from "@holdfast/command-line";
import { readWebFlags, type WebRequest, webHelpText } from "./web-flags.ts";

/** Serves the page until Ctrl-C. */
async function main(args: readonly string[]): Promise<number> {
  let request: WebRequest | undefined;
  try {
    request = readWebFlags(args, process.env);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`bench:web: ${error.message}`);
    return USAGE_EXIT_CODE;
  }
  if (request !== undefined) return serve(request);
  process.stdout.write(webHelpText);
  return 0;
}

/** Ctrl-C is how it is meant to end, so that is no failure. */
async function serve(request: WebRequest): Promise<number> {
  const { WebServer } = await import("./web-server.ts");
  using interruption = new Interruption();
  try {
    await using server = await WebServer.start(request);
    if (server.isHeir) console.log("The server before this one was killed; its pages go on here.");
    console.log(`Open ${server.url}\nResults are kept in ${request.folder}. Ctrl-C ends it.`);
    await new Promise((resolve) => {
      interruption.signal.addEventListener("abort", resolve, { once: true });
    });
    console.log("ending");
  } catch (error) {
    console.error(`bench:web: ${(error as Error).message}`);
    return 1;
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
