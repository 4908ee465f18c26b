export interface EtcdOptions {
  /** Put last on the command line, for example `["--max-txn-ops", "16"]`. */
  readonly args?: readonly string[];
}
