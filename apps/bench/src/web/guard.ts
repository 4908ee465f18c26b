import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";

/** What of a request decides whether it is let in. */
export interface Knock {
  readonly method: string;
  readonly path: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** From the header or the address, whichever is there. */
  readonly token: string | undefined;
}

/** Why a request is not let in. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly why: string;
}

/** Scripts and styles: the same for everybody, and in the repository. */
const OPEN_PATHS = /^\/assets\//;
const READING = ["GET", "HEAD"];

/**
 * Who may use the server. A page of another site could send its visitors' browsers here: `Host` shows a
 * name that was made to lead to this address, `Origin` shows the page that asks.
 */
export class Guard {
  readonly #token: Buffer;
  readonly #isWide: boolean;

  /** `host` is the address that the server listens on. */
  constructor(token: string, host: string) {
    this.#token = digest(token);
    this.#isWide = !["127.0.0.1", "::1", "localhost"].includes(host);
  }

  /** Undefined for a request that is let in. */
  refuse({ method, path, host, origin, token }: Knock): Refusal | undefined {
    if (!this.#isKnownHost(host)) return { status: 403, why: "this Host is not the server's own" };
    const isSame = origin === `http://${host}`;
    if (origin === undefined ? !READING.includes(method) : !isSame) {
      return { status: 403, why: "only the page of this server may ask that" };
    }
    if (OPEN_PATHS.test(path)) return undefined;
    if (token !== undefined && timingSafeEqual(digest(token), this.#token)) return undefined;
    return { status: 401, why: "the token is missing or wrong: open the address that was printed" };
  }

  /** An address is no name that somebody else could let lead here. */
  #isKnownHost(host: string | undefined): boolean {
    if (host === undefined || !URL.canParse(`http://${host}`)) return false;
    const name = new URL(`http://${host}`).hostname.replaceAll(/^\[|\]$/g, "");
    if (["127.0.0.1", "::1", "localhost"].includes(name)) return true;
    return this.#isWide && isIP(name) !== 0;
  }
}

/** Of equal length whatever comes in, as the comparison needs it. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
