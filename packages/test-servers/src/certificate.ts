import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

export interface Certificate {
  readonly certificatePem: string;
  readonly keyPem: string;
}

const VALID_MS = 2 * 24 * 60 * 60 * 1_000;
/** Begins in the past, so that a container whose clock is a little behind accepts it. */
const VALID_SINCE_MS = 60 * 60 * 1_000;

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const BOOLEAN = 0x01;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const SAN_DNS = 0x82;
const SAN_IP = 0x87;

const ECDSA_WITH_SHA256 = der(SEQUENCE, Buffer.from("06082a8648ce3d040302", "hex"));
const COMMON_NAME_OID = Buffer.from("0603550403", "hex");
const SUBJECT_ALT_NAME_OID = Buffer.from("0603551d11", "hex");
const BASIC_CONSTRAINTS_OID = Buffer.from("0603551d13", "hex");

/**
 * Makes a self-signed certificate for `localhost` and 127.0.0.1, which is its own authority.
 *
 * Written out by hand (RFC 5280, DER) because Node can sign but not issue, and a test should not
 * need another program or package for sixty lines. Not for anything but tests.
 */
export function createCertificate(): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const nowMs = Date.now();
  const name = der(
    SEQUENCE,
    der(SET, der(SEQUENCE, COMMON_NAME_OID, der(UTF8_STRING, Buffer.from("localhost")))),
  );
  const tbsCertificate = der(
    SEQUENCE,
    der(0xa0, der(INTEGER, Buffer.from([2]))), // Version 3.
    der(INTEGER, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    name,
    der(SEQUENCE, time(nowMs - VALID_SINCE_MS), time(nowMs + VALID_MS)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, extensions()),
  );
  const signature = sign("sha256", tbsCertificate, privateKey);
  const certificate = der(
    SEQUENCE,
    tbsCertificate,
    ECDSA_WITH_SHA256,
    der(BIT_STRING, Buffer.from([0]), signature),
  );
  return {
    certificatePem: pem("CERTIFICATE", certificate),
    keyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function extensions(): Buffer {
  const names = der(
    SEQUENCE,
    der(SAN_DNS, Buffer.from("localhost")),
    der(SAN_IP, Buffer.from([127, 0, 0, 1])),
  );
  const isAuthority = der(SEQUENCE, der(BOOLEAN, Buffer.from([0xff])));
  return der(
    SEQUENCE,
    der(SEQUENCE, SUBJECT_ALT_NAME_OID, der(OCTET_STRING, names)),
    der(SEQUENCE, BASIC_CONSTRAINTS_OID, der(OCTET_STRING, isAuthority)),
  );
}

/**
 * One DER element: tag, length, contents. Its length takes at most two bytes here, and DER wants
 * the shortest form.
 */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  const size = body.length;
  if (size < 0x80) return Buffer.concat([Buffer.from([tag, size]), body]);
  if (size < 0x100) return Buffer.concat([Buffer.from([tag, 0x81, size]), body]);
  return Buffer.concat([Buffer.from([tag, 0x82, size >> 8, size & 0xff]), body]);
}

/** RFC 5280 wants two-digit years until 2049. */
function time(atMs: number): Buffer {
  const text = new Date(atMs).toISOString().replace(/^..|[-:T]|\.\d+/g, "");
  return der(UTC_TIME, Buffer.from(text));
}

function pem(label: string, body: Buffer): string {
  const lines = body.toString("base64").replace(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
