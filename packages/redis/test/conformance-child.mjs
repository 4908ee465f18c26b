import { withPrefix } from "@holdfast/core";
import { redis } from "@holdfast/redis";

/** What a child process of the suite opens: the same server, through a driver of its own. */
export async function open() {
  const url = process.env["HOLDFAST_TEST_REDIS_URL"];
  const prefix = process.env["HOLDFAST_TEST_NAME_PREFIX"];
  const driver = process.env["HOLDFAST_TEST_REDIS_DRIVER"];
  const provider = redis({ url, driver });
  return prefix === undefined ? provider : withPrefix(provider, prefix);
}
