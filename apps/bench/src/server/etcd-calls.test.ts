import { expect, test } from "vitest";
import { etcdCallsFrom } from "./etcd-calls.ts";

const METRICS = `# TYPE grpc_server_msg_received_total counter
grpc_server_msg_received_total{grpc_method="LeaseKeepAlive",grpc_service="etcdserverpb.Lease",grpc_type="bidi_stream"} 3
grpc_server_msg_received_total{grpc_method="Txn",grpc_service="etcdserverpb.KV",grpc_type="unary"} 1.2e+06
grpc_server_msg_sent_total{grpc_method="Txn",grpc_service="etcdserverpb.KV",grpc_type="unary"} 7
`;

test("messages that clients sent are counted by method, large counts too", () => {
  const calls = etcdCallsFrom(METRICS);
  expect(Object.fromEntries(calls)).toEqual({ LeaseKeepAlive: 3, Txn: 1_200_000 });
});
