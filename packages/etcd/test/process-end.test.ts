import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { startEtcd, until } from "@holdfast/test-servers";
import { expect, test } from "vitest";
import { EtcdContents } from "./etcd-contents.ts";

const PROGRAM = `
  import { createLocks } from "@holdfast/core";
  import { etcd } from "@holdfast/etcd";
  const open = () => createLocks({ provider: etcd({ hosts: process.env.ETCD_URL }) });
  const [first, second] = [open(), open()];
  const lease = await first.acquire("a");
  const waiting = second.acquire("a", { waitMs: 200 }).catch((error) => error.code);
  console.log(await waiting);
  await lease.renew();
  const brief = await second.acquire("b", { renew: false });
  await Promise.all([lease.release(), brief.release()]);
  await Promise.all([first.close(), second.close()]);
`;
const RUN_MS_MAX = 20_000;

test("G-09 after closing nothing keeps the process alive, and nothing is left on the server", async () => {
  await using server = await startEtcd();
  const words = ["--input-type=module", "--unhandled-rejections=strict", "--eval", PROGRAM];
  const env = { ...process.env, ETCD_URL: server.url };
  const cwd = new URL("..", import.meta.url);
  const options = { env, cwd, timeout: RUN_MS_MAX };
  const { stdout } = await promisify(execFile)(process.execPath, words, options);
  expect(stdout).toBe("WAIT_TIMEOUT\n");
  const contents = new EtcdContents(server);
  expect([await contents.keys(), await contents.leases()]).toEqual([[], []]);
  await until("no watcher is left", async () => (await contents.watchers()) === 0);
});
