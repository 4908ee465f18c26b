import { withPrefix } from "@holdfast/core";
import { postgres } from "@holdfast/postgres";

/** What a child process of the suite opens: the same server, without the proxy. */
export async function open() {
  const url = process.env["HOLDFAST_TEST_POSTGRES_URL"];
  const prefix = process.env["HOLDFAST_TEST_NAME_PREFIX"];
  const provider = postgres({ url });
  return prefix === undefined ? provider : withPrefix(provider, prefix);
}
