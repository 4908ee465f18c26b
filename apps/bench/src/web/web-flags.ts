import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { UsageError } from "@holdfast/command-line";
import { readServerUrls } from "../cli/server-url.ts";

/** How the page is to be served. */
export interface WebRequest {
  /** Undefined for a free one. */
  readonly port: number | undefined;
  readonly host: string;
  /** The user's own, or undefined for a random one. */
  readonly token: string | undefined;
  /** Absolute. */
  readonly folder: string;
  /** The user's own servers, checked; none for servers that each run starts. */
  readonly urls: readonly string[];
}

const TOKEN_VARIABLE = "HOLDFAST_BENCH_TOKEN";
const LOOPBACK = "127.0.0.1";
const FOLDER = ".holdfast/bench-web";
const PORT_MAX = 65_535;
/** A shorter one could be guessed. */
const TOKEN_LENGTH_MIN = 16;
const TOKEN_FORM = /^[\w.~-]+$/;

/** What `--help` prints. */
export const webHelpText: string = `Serves a page to choose what to measure, watch it, and compare the results.

Usage: npm run bench:web -- [flags]

  --port N        listen there (default: a free port, which is printed)
  --url URL       measure your own server instead of one that is started; once for each server
  --results DIR   keep the results there (default: ${FOLDER})
  --host ADDRESS  listen on an address of the network too, and not only on ${LOOPBACK}. Only with a token
                  of your own: ${TOKEN_VARIABLE}, ${TOKEN_LENGTH_MIN} characters or more
  --help          show this

The address that it prints has a token in it, without which nobody can use the page. Ctrl-C ends the
server, and a run that goes on with what it has measured so far.
`;

/** Reads the arguments and the token. Undefined where help is wanted. Throws a {@link UsageError}. */
export function readWebFlags(
  args: readonly string[],
  env: Readonly<NodeJS.ProcessEnv>,
): WebRequest | undefined {
  const { values } = parsed(args[0] === "--" ? args.slice(1) : args);
  if (values.help === true) return undefined;
  const token = readToken(env[TOKEN_VARIABLE]);
  if (values.host !== undefined && token === undefined) {
    throw new UsageError(
      `--host lets others in, which takes a token of yours: set ${TOKEN_VARIABLE} to ${TOKEN_LENGTH_MIN} characters or more`,
    );
  }
  readServerUrls(values.url);
  return {
    port: readPort(values.port),
    host: values.host ?? LOOPBACK,
    token,
    folder: resolve(values.results ?? FOLDER),
    urls: values.url ?? [],
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string" },
        url: { type: "string", multiple: true },
        results: { type: "string" },
        host: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    const [what = ""] = (error as Error).message.split(". ");
    throw new UsageError(`${what}; flags are --port, --url, --results, --host, --help`);
  }
}

function readPort(wish: string | undefined): number | undefined {
  if (wish === undefined) return undefined;
  const port = Number(wish);
  if (/^\d+$/.test(wish) && port <= PORT_MAX) return port === 0 ? undefined : port;
  throw new UsageError(`--port takes a whole number from 0 to ${PORT_MAX}, not "${wish}"`);
}

function readToken(token: string | undefined): string | undefined {
  if (token === undefined || token === "") return undefined;
  if (token.length >= TOKEN_LENGTH_MIN && TOKEN_FORM.test(token)) return token;
  throw new UsageError(
    `${TOKEN_VARIABLE} takes ${TOKEN_LENGTH_MIN} or more letters, digits, and . _ ~ -`,
  );
}
