/**
 * Reads from etcd's metrics how many messages clients have sent, by method. A message of a stream, as
 * those that keep a lease alive are, counts like a call of its own.
 */
export function etcdCallsFrom(metrics: string): ReadonlyMap<string, number> {
  const lines = metrics.matchAll(
    /^grpc_server_msg_received_total\{grpc_method="([^"]+)"[^}]*\} ([\d.e+]+)$/gm,
  );
  return new Map(Array.from(lines, ([, method = "", count]) => [method, Number(count)]));
}
