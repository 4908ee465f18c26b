/**
 * What two hosts have in their crontabs, over a real Redis (`REDIS_URL`): the one that comes second finds the lock
 * held, and that is no error. In a crontab, with `HOLDFAST_URL` set above:
 *
 *   0 3 * * * npx holdfast run nightly-report --no-wait --exit-zero-if-held -- ./report.sh
 *
 * Prints:
 *   host A: writes the report
 *   host B: exit code 0
 *   host A: exit code 0
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const url = process.env["REDIS_URL"];
if (url === undefined) {
  console.error("Set REDIS_URL, for example to redis://127.0.0.1:6379");
  process.exit(2);
}

const main = fileURLToPath(new URL("main.js", import.meta.resolve("@holdfast/cli")));
const flags = ["--no-wait", "--exit-zero-if-held"];
/** Stands for `./report.sh`: it is done when its standard input ends. */
const report = ["sh", "-c", "echo writes the report; cat"];

/** A job of the night can wait for a slow answer. */
const patient = `${url}?commandTimeoutMs=10000`;

/** What cron does on a host. */
function cronOn(host: string): ChildProcess {
  const args = [main, "run", "example/nightly-report", ...flags, "--", ...report];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, HOLDFAST_URL: patient },
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdout?.on("data", (line) => console.log(`host ${host}: ${`${line}`.trimEnd()}`));
  return child;
}

async function ends(host: string, child: ChildProcess): Promise<void> {
  const [code] = await once(child, "close");
  console.log(`host ${host}: exit code ${code}`);
}

const first = cronOn("A");
await once(first.stdout as NonNullable<typeof first.stdout>, "data");
await ends("B", cronOn("B"));
first.stdin?.end();
await ends("A", first);
