import type { Place } from "../place.ts";

const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::(\d{1,5}))?$/i;
const PORT_MAX = 65_535;
const PARTS = /^[a-z][a-z0-9+.-]*:\/\/(?:([^/]*)@)?([^/@]*)(\/.*)?$/i;

/** A URL of one or several hosts, in parts that are still percent-encoded. */
export interface HostsUrl {
  /** With its `@`, or nothing. */
  readonly credentials: string;
  /** `host` or `host:port` each. */
  readonly hosts: readonly string[];
  /** With its slash, or nothing. */
  readonly path: string;
}

/** Refuses anything behind the scheme of a backend that lives in the process. */
export function nowhere(url: string, place: Place): readonly string[] {
  if (isBare(url)) return [];
  throw place.error("leads somewhere; accepted: the scheme alone, with its colon");
}

/** True for a scheme with its colon and nothing behind it. */
export function isBare(url: string): boolean {
  return /^[a-z]+:(?:\/\/)?$/i.test(url);
}

/** Takes `scheme://user:password@host:port,host:port/path` apart, or refuses it without quoting it. */
export function hostsUrl(url: string, place: Place): HostsUrl {
  const [whole, login, hostList = "", path = ""] = PARTS.exec(url) ?? [];
  const accepted = "accepted: scheme://user:password@host:port,host:port";
  if (whole === undefined) throw place.error(`cannot be read; ${accepted}`);
  if (login !== undefined && /[@]/.test(login)) {
    throw place.error("has two @; accepted: an @ in a user name or password is written %40");
  }
  checkEncoding(`${login ?? ""}${path}`, place);
  const hosts = hostList.split(",");
  const wrong = hosts.findIndex((host) => !isHost(host));
  if (wrong !== -1) throw place.error(`has a host ${wrong + 1} that is none; ${accepted}`);
  return { credentials: login === undefined ? "" : `${login}@`, hosts, path };
}

/** The same for one host, which has `portDefault` unless it says another. */
export function oneAddress(url: string, portDefault: number, place: Place): readonly string[] {
  const { hosts } = hostsUrl(url, place);
  if (hosts.length > 1) throw place.error("has several hosts; accepted: one");
  return hosts.map((host) => withPort(host, portDefault));
}

/** `host:port`, the port of the backend where none is said. */
export function withPort(host: string, portDefault: number): string {
  return /:\d+$/.test(host) ? host.toLowerCase() : `${host.toLowerCase()}:${portDefault}`;
}

function isHost(text: string): boolean {
  const [whole, port = "1"] = HOST.exec(text) ?? [];
  return whole !== undefined && Number(port) >= 1 && Number(port) <= PORT_MAX;
}

function checkEncoding(text: string, place: Place): void {
  try {
    decodeURIComponent(text);
  } catch {
    throw place.error("is not percent-encoded properly");
  }
}
