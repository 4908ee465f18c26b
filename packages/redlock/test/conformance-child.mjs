import { redlock } from "@holdfast/redlock";

/** What a child process of the suite opens: the same servers, through clients of its own. */
export async function open() {
  const urls = process.env["HOLDFAST_TEST_REDIS_URLS"]?.split(",");
  const driver = process.env["HOLDFAST_TEST_REDIS_DRIVER"];
  return redlock({ urls, driver, restartGuardMs: 0, memberTimeoutMs: 1_000 });
}
