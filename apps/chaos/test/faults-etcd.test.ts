import { etcdGround } from "../src/grounds/etcd.ts";
import { describeBites } from "./bite-cases.ts";
import { etcdBites } from "./bites-etcd.ts";

await describeBites({ kind: etcdGround, servers: "etcd", ttlMsMax: 2_000, bites: etcdBites });
