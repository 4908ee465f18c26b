export type { EtcdClient } from "./etcd-client.ts";
export type {
  EtcdAuth,
  EtcdClientOptions,
  EtcdCommonOptions,
  EtcdHostsOptions,
  EtcdOptions,
  EtcdTls,
} from "./etcd-options.ts";
export { type EtcdProvider, etcd } from "./etcd-provider.ts";
