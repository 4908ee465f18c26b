/**
 * Where a provider stores what. Every key of one name carries the same hash tag, so the keys of a
 * script share a slot; `%` and `}` are percent-encoded, which keeps the encoding injective and the tag
 * whole. Nothing else of a name is changed: it can be read in `redis-cli`.
 *
 * | key                    | holds                                    | ends                       |
 * |------------------------|------------------------------------------|----------------------------|
 * | `p{name}`              | `holderId:token:since:description`       | after the ttl              |
 * | `p{name}:t:<holderId>` | tombstone of a holder that gave up       | after max(2 × ttl, 60 s)   |
 * | `p{name}:f`            | fence counter of a quorum member         | after the fence ttl        |
 * | `pfence`               | fence counter of one server, all names   | never                      |
 * | `pmember`              | fingerprint and boot marker of a member  | after the fence ttl        |
 * | `p{name}:q`            | who waits, in order                      | 12 s after the last sign   |
 * | `p{name}:w`            | of each: until when, claim, inbox, text  | 12 s after the last sign   |
 * | `pturn:{name}`         | whose turn it is to ask a quorum, as above with its own `:t`, `:q`, `:w` | as above |
 */
export class Keyspace {
  /** Fence counter of all names of one server. It cannot be a lock's: those go on with `{`. */
  readonly serverFence: string;
  readonly member: string;
  /** Begins the channels of the processes that wait, one each. */
  readonly inbox: string;
  readonly #prefix: string;
  readonly #lockPrefix: string;

  /** `kind` sets locks of another kind apart from those of callers. */
  constructor(prefix: string, kind: "" | "turn:" = "") {
    this.#prefix = prefix;
    this.#lockPrefix = prefix + kind;
    this.serverFence = `${prefix}fence`;
    this.member = `${prefix}member`;
    this.inbox = `${prefix}in:`;
  }

  /** The lock itself. The other keys of a name are this one and a suffix. */
  lock(name: string): string {
    return `${this.#lockPrefix}{${encodeName(name)}}`;
  }

  /** A name that no caller can give, for checks of permissions. */
  get probe(): string {
    return `${this.#prefix}{}`;
  }
}

/** The tombstone of one holder beside its lock. */
export function tombstoneKey(lockKey: string, holderId: string): string {
  return `${lockKey}:t:${holderId}`;
}

/** Who waits for a lock, in order. */
export function queueKey(lockKey: string): string {
  return `${lockKey}:q`;
}

/** What is known of each who waits. */
export function waitersKey(lockKey: string): string {
  return `${lockKey}:w`;
}

/** The fence counter of one name, on a quorum member. */
export function nameFenceKey(lockKey: string): string {
  return `${lockKey}:f`;
}

const TO_ENCODE = /[%}]/;

function encodeName(name: string): string {
  if (!TO_ENCODE.test(name)) return name;
  return name.replaceAll("%", "%25").replaceAll("}", "%7D");
}
