import { startEtcd, until } from "@holdfast/test-servers";
import { Etcd3 } from "etcd3";
import { expect, test } from "vitest";
import { WatchStream } from "../src/watch-stream.ts";

test("G-07 who read earlier than the one that began the watcher is told to look again", async () => {
  await using server = await startEtcd();
  const client = new Etcd3({ hosts: server.url });
  const before = (await client.put("key").value("").exec()).header.revision;
  await client.delete().key("key");
  const after = (await client.put("key").value("").exec()).header.revision;
  const stream = new WatchStream(Promise.resolve(client));
  const hints: string[] = [];
  stream.watch(Buffer.from("key"), String(BigInt(after) + 1n), () => hints.push("later"));
  stream.watch(Buffer.from("key"), String(BigInt(before) + 1n), (isDeleted) => {
    hints.push(`earlier, ${isDeleted ? "deleted" : "look"}`);
  });
  await until("the earlier one is told", () => hints.length > 0);
  expect(hints).toEqual(["earlier, look"]);
  stream.end();
  client.close();
});
