/**
 * The part of package etcd3 1.x that the provider calls, so that none of its types are in ours. An `Etcd3`
 * fits as it is. Numbers of 64 bits travel as strings, keys and values as bytes.
 *
 * Enums are the literal names that the driver encodes: `Create`, `Equal`, `Ascend`, `Noput`. The spelling
 * in capitals, which the driver exports as well, is encoded as the first member of its enum, silently.
 */
export interface EtcdClient {
  readonly kv: {
    range(request: RangeRequest, options?: CallOptions): Promise<RangeResponse>;
    deleteRange(request: DeleteRequest, options?: CallOptions): Promise<DeleteResponse>;
    txn(request: TxnRequest, options?: CallOptions): Promise<TxnResponse>;
  };
  readonly leaseClient: {
    leaseGrant(request: LeaseGrantRequest, options?: CallOptions): Promise<LeaseGrantResponse>;
    leaseRevoke(request: { ID?: string }, options?: CallOptions): Promise<unknown>;
    leaseTimeToLive(request: { ID?: string }, options?: CallOptions): Promise<TimeToLiveResponse>;
    leaseKeepAlive(options?: CallOptions): Promise<EtcdStream<{ ID?: string }, KeepAliveResponse>>;
  };
  readonly watchClient: {
    watch(options?: CallOptions): Promise<EtcdStream<WatchRequest, WatchResponse>>;
  };
  /** For `doctor()`; a namespace of a client has none. */
  readonly maintenance?: {
    status(options?: CallOptions): Promise<StatusResponse>;
  };
  close(): void;
}

export interface CallOptions {
  /** Milliseconds since the epoch, by the wall clock. */
  deadline?: number;
}

/** A stream of gRPC. `cancel` makes it emit `error`, so it always needs a listener for that. */
export interface EtcdStream<Sent, Received> {
  on(event: "data", listener: (message: Received) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "end", listener: () => void): unknown;
  write(message: Sent): void;
  end(): void;
  cancel(): void;
}

export interface ResponseHeader {
  readonly revision: string;
  readonly raft_term: string;
}

export interface KeyValue {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly create_revision: string;
  /** `0` without a lease. */
  readonly lease: string;
}

export interface RangeRequest {
  key?: Buffer;
  range_end?: Buffer;
  limit?: string;
  sort_order?: "Ascend" | "Descend";
  sort_target?: "Create";
  max_create_revision?: string;
  keys_only?: boolean;
}

interface RangeResponse {
  readonly header: ResponseHeader;
  readonly kvs: KeyValue[];
  /** All keys of the range, those beyond the limit too. */
  readonly count: string;
}

interface DeleteRequest {
  key?: Buffer;
}

interface DeleteResponse {
  readonly header: ResponseHeader;
  readonly deleted: string;
}

export interface Compare {
  key?: Buffer;
  range_end?: Buffer;
  result?: "Equal" | "Greater";
  target?: "Create" | "Lease";
  create_revision?: string;
  lease?: string;
}

interface PutRequest {
  key?: Buffer;
  value?: Buffer;
  lease?: string;
  ignore_value?: boolean;
}

export interface RequestOp {
  request_range?: RangeRequest;
  request_put?: PutRequest;
  request_delete_range?: DeleteRequest;
}

export interface TxnRequest {
  compare?: Compare[];
  success?: RequestOp[];
  failure?: RequestOp[];
}

export interface TxnResponse {
  readonly header: ResponseHeader;
  readonly succeeded: boolean;
  readonly responses: ResponseOp[];
}

interface ResponseOp {
  readonly response_range?: RangeResponse;
  readonly response_delete_range?: DeleteResponse;
}

interface LeaseGrantRequest {
  /** Seconds. */
  TTL?: string;
  ID?: string;
}

interface LeaseGrantResponse {
  readonly header: ResponseHeader;
  readonly ID: string;
  /** Seconds, as the server granted them: at least its minimum. */
  readonly TTL: string;
}

interface TimeToLiveResponse {
  /** Whole seconds, rounded down; -1 for a lease that the server does not have. */
  readonly TTL: string;
}

export interface KeepAliveResponse {
  readonly header: ResponseHeader;
  readonly ID: string;
  /** Seconds; 0 for a lease that the server does not have. */
  readonly TTL: string;
}

export interface WatchRequest {
  create_request?: {
    key?: Buffer;
    start_revision?: string;
    filters?: "Noput"[];
    /** Chosen by the client; servers from 3.4 on take it. */
    watch_id?: string;
  };
}

export interface WatchResponse {
  readonly watch_id: string;
  readonly canceled: boolean;
  readonly events: { readonly kv: { readonly mod_revision: string } }[];
}

export interface StatusResponse {
  readonly version: string;
  /** `0` without one. */
  readonly leader: string;
  /** Alarms, in the server's words. */
  readonly errors: string[];
  readonly isLearner: boolean;
}
