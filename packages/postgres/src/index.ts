export type { PostgresConnection } from "./postgres-client.ts";
export type {
  PostgresCommonOptions,
  PostgresConnectionOptions,
  PostgresOptions,
  PostgresUrlOptions,
} from "./postgres-options.ts";
export { type PostgresProvider, postgres } from "./postgres-provider.ts";
export {
  type PrefixedNames,
  type TransactionClient,
  withTransactionLock,
} from "./transaction-lock.ts";
