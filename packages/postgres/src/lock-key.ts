import { hash } from "node:crypto";

/**
 * The advisory lock of a name: the first 64 bits of SHA-256 over prefix and name, as the decimal form of
 * a signed 64-bit number. Two names with one key exclude each other, which is safe; the odds are one in
 * 2^64 for a pair. Pinned by a test: another hash would be another lock.
 */
export function lockKey(prefix: string, name: string): string {
  // As hex, since a Buffer for every key costs more than the hash.
  const digits = hash("sha256", prefix + name, "hex").slice(0, 16);
  return BigInt.asIntN(64, BigInt(`0x${digits}`)).toString();
}
