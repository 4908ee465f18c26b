/**
 * Where a provider stores what.
 *
 * | key                   | holds                                          | ends                      |
 * |-----------------------|------------------------------------------------|---------------------------|
 * | `p/name/<process>-<number>` | `holderId:since:description`, under a lease | with the lease or by release |
 * | `p//<holderId>`       | tombstone of an acquire with unknown outcome   | with the lease of that acquire |
 *
 * `%` and `/` of a name are percent-encoded: otherwise "orders" would be refused while "orders/42" is
 * held. Every key of a name begins with `p/name/`, whoever wrote it, so `etcdctl lock p/name` excludes us
 * and we exclude it: the key with the smallest create revision holds the lock.
 */
export class Keyspace {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** All keys of one name, as `key` and `range_end` of a request. */
  range(name: string): { readonly key: Buffer; readonly range_end: Buffer } {
    const path = this.#path(name);
    // "0" follows "/".
    return { key: Buffer.from(`${path}/`), range_end: Buffer.from(`${path}0`) };
  }

  /** A key of a holder or waiter. */
  key(name: string, holder: string): Buffer {
    return Buffer.from(`${this.#path(name)}/${holder}`);
  }

  /** What a role must be allowed to read and write. */
  get permitted(): string {
    return `${this.#prefix}/`;
  }

  /** Every key under the prefix. */
  get all(): { readonly key: Buffer; readonly range_end: Buffer } {
    return { key: Buffer.from(this.permitted), range_end: Buffer.from(`${this.#prefix}0`) };
  }

  /** No name is empty, so nothing of a lock is there. */
  tombstone(holderId: string): Buffer {
    return Buffer.from(`${this.#prefix}//${holderId}`);
  }

  #path(name: string): string {
    return `${this.#prefix}/${encodeName(name)}`;
  }
}

const TO_ENCODE = /[%/]/;

function encodeName(name: string): string {
  if (!TO_ENCODE.test(name)) return name;
  return name.replaceAll("%", "%25").replaceAll("/", "%2F");
}
