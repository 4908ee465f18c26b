// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how configurations write variables.
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import { startRedis } from "@holdfast/test-servers";
import { afterAll, describe, expect, test } from "vitest";
import { type ConfigInput, connectLocks } from "../src/index.ts";

/** With characters that are percent-encoded, so that both of its forms are looked for. */
const CANARY = "cAn4ry/p@ss:w?rd#1";
const FORMS = [CANARY, encodeURIComponent(CANARY), "cAn4ry"];
const ENCODED = encodeURIComponent(CANARY);
const folder = mkdtempSync(path.join(tmpdir(), "holdfast-secrets-"));

afterAll(() => rmSync(folder, { recursive: true }));

/** Everything that can be seen of a value: its own text, its fields, hidden ones too, and its causes. */
function everythingOf(value: unknown): string {
  const { stack = "" } = value as { readonly stack?: string };
  return `${stack} ${inspect(value, { depth: 12, showHidden: true, getters: true })}`;
}

function expectNoCanary(seen: string): void {
  for (const form of FORMS) expect(seen).not.toContain(form);
}

async function refused(
  input: unknown,
  {
    env = {},
    cwd = tmpdir(),
  }: { readonly env?: Record<string, string>; readonly cwd?: string } = {},
): Promise<string> {
  try {
    const locks = await connectLocks(input as ConfigInput, { cwd, env });
    await locks.close();
  } catch (error) {
    return everythingOf(error);
  }
  throw new Error("was not refused");
}

const env = { PW: CANARY, HOLDFAST_TOKEN: CANARY };

describe("a password is in no error", () => {
  test.each<[string, unknown]>([
    ["of a URL with a wrong option", `redis://:${ENCODED}@a?tlMs=5`],
    ["of a URL with a wrong value", `postgres://u:${ENCODED}@a/db?ttlMs=10s`],
    ["of a URL with a wrong host", `redis://:${ENCODED}@a b`],
    ["of a URL with a wrong scheme", `redsi://:${ENCODED}@a`],
    ["that was not percent-encoded", `redis://:${CANARY}@a`],
    ["that was not percent-encoded, without what ends it", `postgres://u:${CANARY}`],
    ["of one of several hosts", `etcd://u:${ENCODED}@a,b/path`],
    ["of redlock", `redlock://:${ENCODED}@a,a`],
    ["of a member", `quorum:?member=redis://:${ENCODED}@a&member=redis://:${ENCODED}@a`],
    ["of a member in an object", { url: "quorum:", member: [`redis://:${ENCODED}@a:b`] }],
    ["of one URL of redlock", { url: "redlock:", urls: [`redis://:${CANARY}@a/x`] }],
    ["in a variable of a URL", "redis://:${PW}@a/x"],
    ["in a variable as host", "redis://${PW}"],
    ["in a variable as an option", "redis://a?driver=${PW}"],
    ["in a variable as prefix", { url: "redis://a", prefix: "${PW}{" }],
    ["in a variable that should be a URL", { backends: { a: "${PW}" } }],
    ["in a variable of defaults", { defaults: { fenceBase: "${PW}" }, backends: { a: "memory:" } }],
    ["in a key", { url: "rediss://a", tls: { key: 42, ca: `-----${CANARY}`, crt: CANARY } }],
    ["of a socket", `redis+unix:///s?password=${ENCODED}&db=x`],
  ])("%s", async (_where, input) => {
    expectNoCanary(await refused(input, { env }));
  });

  test("in HOLDFAST_URL", async () => {
    expectNoCanary(await refused(undefined, { env: { HOLDFAST_URL: `redis://:${ENCODED}@a,b` } }));
  });

  test.each([
    ["holdfast.config.json", `{ "backends": { "a": "redis://:${ENCODED}@a" ${CANARY} } }`],
    ["holdfast.config.mjs", `export default { backends: { a: "redis://:${ENCODED}@a" } ${CANARY}`],
    ["holdfast.config.js", `throw new Error("${CANARY}");`],
  ])("in a %s that cannot be read", async (file, text) => {
    const cwd = mkdtempSync(path.join(folder, "file-"));
    writeFileSync(path.join(cwd, file), text);
    expectNoCanary(await refused(undefined, { cwd }));
  });
});

test("a password is in no event, no log and nothing that inspect shows, right or wrong", async () => {
  const seen: unknown[] = [];
  const hear = (message: unknown) => seen.push(message);
  const channels = ["attempt", "wait", "granted", "renewed", "released", "lost", "in-doubt"];
  for (const channel of channels) subscribe(`holdfast:${channel}`, hear);
  process.on("warning", hear);
  const server = await startRedis({ password: CANARY });
  try {
    const url = `redis://:\${PW}@${server.host}:${server.port}`;
    await using locks = await connectLocks({ url, commandTimeoutMs: 5_000 }, { env });
    await locks.using("right", () => seen.push(everythingOf(locks)));
    seen.push(await locks.inspect("right"), everythingOf(locks));
    const wrong = `redis://:${ENCODED}wrong@${server.host}:${server.port}`;
    await using refusing = await connectLocks(wrong, { env });
    const error = await refusing.acquire("wrong").catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "BACKEND_REJECTED" });
    seen.push(everythingOf(error), everythingOf(refusing));
  } finally {
    await server.stop();
    process.off("warning", hear);
    for (const channel of channels) unsubscribe(`holdfast:${channel}`, hear);
  }
  expect(seen.length).toBeGreaterThan(8);
  expectNoCanary(seen.map((each) => (typeof each === "string" ? each : everythingOf(each))).join());
});
