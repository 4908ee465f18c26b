import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../src/report/report.ts";
import type { DeskView } from "../src/web/run-view.ts";
import { WebProcess } from "./web-process.ts";

const WAIT_MS_MAX = 60_000;
const TEST_MS_MAX = 2 * WAIT_MS_MAX;

const WISH = {
  strategies: ["memory"],
  scenarios: ["local"],
  seconds: 0.05,
  rounds: 1000,
  watch: false,
};

let folder: string;
let server: WebProcess;
let origin: string;
let token: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-web-"));
  server = await WebProcess.start(folder);
  ({ origin } = new URL(server.url));
  token = new URL(server.url).searchParams.get("token") ?? "";
}, TEST_MS_MAX);

afterAll(async () => {
  await server.end();
  await rm(folder, { recursive: true });
}, TEST_MS_MAX);

interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** Not `fetch`, which sends its own Host. */
async function ask(
  path: string,
  { method = "GET", headers, body }: Question = {},
): Promise<Answer> {
  const asked = request(`${origin}${path}`, { method, headers: { ...headers } });
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  return new Promise((resolve, reject) => {
    asked.once("error", reject);
    asked.once("response", async (answer) => {
      const { statusCode: status = 0, headers: answered } = answer;
      resolve({ status, headers: answered, body: await text(answer) });
    });
  });
}

/** As the page itself asks. */
function askAsPage(path: string, question: Question = {}): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, origin };
  return ask(path, { ...question, headers: { ...headers, ...question.headers } });
}

describe("the door", () => {
  const here = "/?token=TOKEN";
  const figures = "/api/results?token=TOKEN";
  test.each([
    ["no token", { path: "/", headers: {}, status: 401 }],
    ["a wrong token", { path: "/?token=nearly-the-right-one", headers: {}, status: 401 }],
    ["no token for a figure", { path: "/api/results", headers: {}, status: 401 }],
    ["a name that leads here", { path: here, headers: { host: "evil.example" }, status: 403 }],
    [
      "a name that leads here, for a script",
      { path: "/assets/page.js", headers: { host: "evil.example" }, status: 403 },
    ],
    ["an address of the network", { path: here, headers: { host: "192.168.1.1" }, status: 403 }],
    [
      "the page of another site",
      { path: figures, headers: { origin: "http://evil.example" }, status: 403 },
    ],
    ["a page without an origin", { path: figures, headers: { origin: "null" }, status: 403 }],
  ])("is shut for %s", async (_who, { path, headers, status }) => {
    const answer = await ask(path.replace("TOKEN", token), { headers });
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain(token);
  });

  test("is shut for a command without an origin, or of another", async () => {
    const authorization = `Bearer ${token}`;
    for (const headers of [{ authorization }, { authorization, origin: "http://localhost" }]) {
      expect((await ask("/api/run", { method: "POST", headers, body: WISH })).status).toBe(403);
    }
    expect((await ask("/api/run", { method: "POST", headers: { origin } })).status).toBe(401);
  });

  test("is open for the page, which may load nothing from elsewhere", async () => {
    const { status, headers, body } = await ask(`/?token=${token}`);
    expect(status).toBe(200);
    expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(headers["referrer-policy"]).toBe("no-referrer");
    expect(body).not.toMatch(/(?:src|href)="(?!\/assets\/|data:,")/);
    expect((await ask("/assets/page.js")).status).toBe(200);
  });

  test.each([
    "/assets/web-main.js",
    "/assets/..%2fweb%2fweb-main.js",
    "/api/results/..%2fsession.json",
  ])("leads to nothing but the page and the results: %s", async (path) => {
    expect((await askAsPage(path)).status).toBe(404);
  });
});

describe("what the page asks", () => {
  test.each([
    [{ ...WISH, strategies: [] }, "choose at least one of the strategies"],
    [
      { ...WISH, strategies: ["memroy"] },
      'there is no "memroy" among the strategies; did you mean',
    ],
    [{ ...WISH, scenarios: ["local", 7] }, 'there is no "7" among the scenarios'],
    [{ ...WISH, rounds: 0 }, "rounds are a number from 1 to 1000"],
    [{ ...WISH, rounds: 1.5 }, "rounds are a whole number"],
    [{ ...WISH, seconds: "1" }, "seconds are a number"],
    [{ ...WISH, watch: 1 }, "watch is true or false"],
    [null, "a wish is an object"],
  ])("is refused with what is wrong: %j", async (body, why) => {
    const answer = await askAsPage("/api/run", { method: "POST", body });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toEqual({ why: expect.stringContaining(why) });
  });

  test("is compared with a file only where that is a result", async () => {
    const body = { before: { name: "mine.json", text: "{}" }, after: "none" };
    const answer = await askAsPage("/api/compare", { method: "POST", body });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain("mine.json is no result of this benchmark");
  });

  test(
    "is measured one run at a time",
    async () => {
      const start = (): Promise<Answer> => askAsPage("/api/run", { method: "POST", body: WISH });
      expect((await start()).status).toBe(201);
      expect((await start()).status).toBe(409);
      const { body } = await askAsPage("/api/stop", { method: "POST" });
      expect((JSON.parse(body) as DeskView).run?.phase).toBe("stopped");
      expect((await start()).status).toBe(201);
      await askAsPage("/api/stop", { method: "POST" });
    },
    TEST_MS_MAX,
  );
});

test.runIf(existsSync("/proc/self/task"))(
  "a run whose process is killed says so, and another one may be started",
  async () => {
    await askAsPage("/api/run", { method: "POST", body: WISH });
    const { pid } = server.child;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
    for (const child of children.split(" ").filter(Boolean)) process.kill(Number(child), "SIGKILL");
    // The test's own limit bounds this.
    let told = "";
    for await (const part of (await fetch(`${origin}/api/events?token=${token}`)).body ?? []) {
      told += new TextDecoder().decode(part);
      if (told.includes('"phase":"failed"')) break;
    }
    expect(told).toContain("the process of the run ended early (SIGKILL)");
    expect((await askAsPage("/api/run", { method: "POST", body: WISH })).status).toBe(201);
    await askAsPage("/api/stop", { method: "POST" });
  },
  TEST_MS_MAX,
);

test(
  "Ctrl-C during a run ends it with code 0, keeps what was finished and forgets its token",
  async () => {
    const own = await mkdtemp(join(tmpdir(), "holdfast-web-"));
    const short = await WebProcess.start(own);
    const address = new URL(short.url);
    expect((await stat(join(own, "session.json"))).mode & 0o777).toBe(0o600);
    const headers = {
      authorization: `Bearer ${address.searchParams.get("token")}`,
      origin: address.origin,
    };
    const scenarios = ["local", "fairness", "waiters"];
    const body = JSON.stringify({ ...WISH, scenarios, seconds: 0.3, rounds: 5 });
    await fetch(`${address.origin}/api/run`, { method: "POST", headers, body });
    const files = async (): Promise<readonly string[]> =>
      (await readdir(own)).filter((file) => /^\d.*\.json$/.test(file));
    await expect.poll(files, { timeout: WAIT_MS_MAX }).toHaveLength(1);
    expect(await short.end("SIGINT")).toBe(0);
    const [file = ""] = await files();
    const { complete, results } = JSON.parse(await readFile(join(own, file), "utf8")) as Report;
    expect(complete).toBe(false);
    expect(results.map(({ scenario }) => scenario)).toContain("local");
    expect(await readdir(own)).toEqual([file]);
    await rm(own, { recursive: true });
  },
  TEST_MS_MAX,
);
