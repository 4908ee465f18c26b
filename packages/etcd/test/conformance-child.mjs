import { etcd } from "@holdfast/etcd";

/** What a child process of the suite opens: the same server, through clients of its own. */
export async function open() {
  return etcd({ hosts: process.env["HOLDFAST_TEST_ETCD_URL"] });
}
