export interface EtcdOptions {
  /** Serves clients by TLS, and only those that show `clientCertificate`. */
  readonly tls?: boolean;
  /** Put last on the command line, for example `["--max-txn-ops", "16"]`. */
  readonly args?: readonly string[];
}
