import type { LockProvider } from "@holdfast/core";
import type { BackendKind } from "./backend-kind.ts";
import { hostsUrl, withPort } from "./checked-url.ts";
import { COMMAND_FIELDS } from "./command-fields.ts";
import { TLS_FIELDS } from "./tls-fields.ts";

/** The options of `etcd({ hosts })`, beside `COMMAND_FIELDS`, `tls` and what the URL says. */
export const ETCD_FIELDS = {
  prefix: {
    type: "string",
    minLength: 1,
    maxLength: 128,
    pattern: "^(?!/)(?!.*//)[^\\p{Cc}]*(?<!/)$",
    patternErrorMessage: "without control characters, empty parts and slashes at its ends",
    description: "Put before every key.",
  },
  ttlMsMax: { type: "integer", minimum: 2_000, maximum: 31_536_000_000 },
} as const;

const PORT = 2379;

/** `etcd://a:2379,b:2379`, and with TLS `etcds://`: one etcd cluster, with a user where it has them. */
export const etcdKind: BackendKind = {
  name: "etcd",
  schemes: ["etcd", "etcds"],
  packageName: "@holdfast/etcd",
  drivers: ["etcd3"],
  fields: { ...ETCD_FIELDS, ...COMMAND_FIELDS, ...TLS_FIELDS },
  addressesOf: (url, place) => {
    const { credentials, hosts, path } = hostsUrl(url, place);
    if (path.length > 1) throw place.error("has a path; accepted: the prefix of keys as ?prefix=");
    if (credentials !== "" && !/^[^:]+:[^:]+@$/.test(credentials)) {
      throw place.error("has a login that is none; accepted: user:password@");
    }
    return hosts.map((host) => withPort(host, PORT));
  },
  create: (exports, { url, options, place, clock }) => {
    const { etcd } = exports as { readonly etcd: (options: object) => LockProvider };
    const { credentials, hosts } = hostsUrl(url, place);
    const scheme = /^etcds:/i.test(url) ? "https" : "http";
    return etcd({
      ...options,
      ...(credentials === "" ? {} : { auth: authOf(credentials) }),
      hosts: hosts.map((host) => `${scheme}://${withPort(host, PORT)}`),
      clock,
    });
  },
};

function authOf(credentials: string): { readonly username: string; readonly password: string } {
  const [username = "", password = ""] = credentials.slice(0, -1).split(":");
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
}
