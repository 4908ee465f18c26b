import type { COMMAND_FIELDS } from "./kinds/command-fields.ts";
import type { ETCD_FIELDS } from "./kinds/etcd-kind.ts";
import type { POSTGRES_FIELDS } from "./kinds/postgres-kind.ts";
import type { QUORUM_FIELDS } from "./kinds/quorum-kind.ts";
import type { REDIS_FIELDS } from "./kinds/redis-kind.ts";
import type { REDIS_SERVER_FIELDS } from "./kinds/redis-server-fields.ts";
import type { REDLOCK_FIELDS } from "./kinds/redlock-kind.ts";
import type { TLS_FIELDS } from "./kinds/tls-fields.ts";
import type { VOTE_FIELDS } from "./kinds/vote-fields.ts";
import type { LOCKS_FIELDS } from "./locks-fields.ts";
import type { OptionsOf } from "./schema/options-of.ts";

/** The options of `createLocks` that a configuration can say. */
export type LocksSettings = OptionsOf<typeof LOCKS_FIELDS>;

/**
 * One backend by its URL and options. Which options there are depends on the scheme of the URL, and is checked when
 * it is connected; the type knows those of all backends.
 */
export interface BackendOptions
  extends LocksSettings,
    OptionsOf<typeof REDIS_FIELDS>,
    OptionsOf<typeof REDLOCK_FIELDS>,
    OptionsOf<typeof POSTGRES_FIELDS>,
    OptionsOf<typeof ETCD_FIELDS>,
    OptionsOf<typeof QUORUM_FIELDS, string | BackendOptions>,
    OptionsOf<typeof REDIS_SERVER_FIELDS>,
    OptionsOf<typeof VOTE_FIELDS>,
    OptionsOf<typeof COMMAND_FIELDS>,
    OptionsOf<typeof TLS_FIELDS> {
  readonly url: string;
}

/** What a configuration file exports. `${NAME}` in a text is the variable of the environment. */
export interface HoldfastConfig {
  /** For editors of JSON. */
  readonly $schema?: string | undefined;
  /** For all backends that do not say otherwise. */
  readonly defaults?: LocksSettings | undefined;
  readonly backends: Readonly<Record<string, string | BackendOptions>>;
  /** The backend of each environment, by name. */
  readonly environments?: Readonly<Record<string, string>> | undefined;
  /** The package that serves a scheme which is not built in, by what it exports as `holdfastBackend`. */
  readonly schemes?: Readonly<Record<string, string>> | undefined;
}

/** Says to the compiler and to editors that an object is a configuration. Changes and checks nothing. */
export function defineConfig(config: HoldfastConfig): HoldfastConfig {
  return config;
}
