import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import { compareReports } from "../compare/compare-reports.ts";
import { ReportError } from "../compare/read-report.ts";
import { reportBody } from "../page/report-body.ts";
import { reportPage } from "../page/report-page.ts";
import { comparisonSection } from "../page/sections/comparison-section.ts";
import { reportJson } from "../report/report-json.ts";
import { scenarios } from "../scenarios.ts";
import { assetOf } from "./assets.ts";
import { catalog } from "./catalog.ts";
import { readPair } from "./compare-wish.ts";
import type { Guard } from "./guard.ts";
import type { ResultStore } from "./result-store.ts";
import { BusyError, type RunDesk } from "./run-desk.ts";
import { readWish, WishError } from "./run-wish.ts";

/** What the routes work with. */
export interface WebParts {
  readonly guard: Guard;
  readonly desk: RunDesk;
  readonly store: ResultStore;
}

/** Largest body of a request: a wish, or a result that is compared. */
const BODY_BYTES_MAX = 32 * 2 ** 20;
/** Views that a page is sent in a second at most. */
const VIEW_PAUSE_MS = 200;
/** A stream that says nothing for long is cut by whatever is between; and an end is only noticed by writing. */
const PULSE_MS = 5_000;

const HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": [
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'",
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ].join("; "),
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cache-Control": "no-store",
};

/** The routes of the page. Everything is guarded. */
export function webApp({ guard, desk, store }: WebParts): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
    const bearer = context.req.header("authorization")?.replace(/^Bearer /, "");
    const refusal = guard.refuse({
      method: context.req.method,
      path: context.req.path,
      host: context.req.header("host"),
      origin: context.req.header("origin"),
      token: bearer ?? context.req.query("token"),
    });
    return refusal === undefined ? next() : context.text(`${refusal.why}\n`, refusal.status);
  });
  app.use(bodyLimit({ maxSize: BODY_BYTES_MAX }));
  app.onError((error, context) => {
    if (error instanceof BusyError) return context.json({ why: error.message }, 409);
    if (error instanceof WishError || error instanceof ReportError) {
      return context.json({ why: error.message }, 400);
    }
    console.error(error);
    return context.json({ why: "the server met a fault, which it printed" }, 500);
  });
  app.get("/", (context) => context.body(assetOf("index.html").body, 200, typed("text/html")));
  app.get("/assets/:name", (context) => {
    const { body, type } = assetOf(context.req.param("name"));
    return body === "" ? context.notFound() : context.body(body, 200, typed(type));
  });
  app.get("/api/catalog", (context) => context.json(catalog));
  app.get("/api/events", (context) => streamSSE(context, (stream) => tellOf(desk, stream)));
  app.post("/api/run", async (context) => {
    const wish = readWish(await context.req.json().catch(() => null));
    return context.json(desk.start(wish), 201);
  });
  app.post("/api/stop", async (context) => {
    await desk.stop();
    return context.json(desk.view);
  });
  app.post("/api/compare", async (context) => {
    const pair = readPair(await context.req.json().catch(() => null), store);
    const comparison = compareReports(scenarios, pair);
    return context.html(`${comparisonSection({ ...pair.after, comparison })}`);
  });
  addResults(app, store);
  return app;
}

/** A result as data and as a page, to be kept; and as part of the page that asks. */
function addResults(app: Hono, store: ResultStore): void {
  app.get("/api/results", (context) => context.json(store.list()));
  app.get("/api/results/:file{.+\\.json}", (context) => {
    const report = store.reportOf(context.req.param("file").replace(/\.json$/, ""));
    if (report === undefined) return context.notFound();
    return context.body(reportJson(report), 200, kept("application/json"));
  });
  app.get("/api/results/:file{.+\\.html}", (context) => {
    const report = store.reportOf(context.req.param("file").replace(/\.html$/, ""));
    if (report === undefined) return context.notFound();
    return context.body(reportPage(report), 200, kept("text/html"));
  });
  app.get("/api/results/:id/body", (context) => {
    const report = store.reportOf(context.req.param("id"));
    return report === undefined ? context.notFound() : context.html(reportBody(report));
  });
}

/** A file for the user, which is not for this page to show. */
function kept(type: string): Record<string, string> {
  return { ...typed(type), "Content-Disposition": "attachment" };
}

function typed(type: string): Record<string, string> {
  return { "Content-Type": `${type}; charset=utf-8` };
}

/** Sends the view now and after every change, until the page is gone. */
async function tellOf(desk: RunDesk, stream: SSEStreamingApi): Promise<void> {
  let wake: () => void = () => {};
  let hasChanged = true;
  const change = (): void => {
    hasChanged = true;
    wake();
  };
  const deafen = desk.listen(change);
  stream.onAbort(() => {
    deafen();
    wake();
  });
  while (!stream.aborted) {
    if (hasChanged) {
      hasChanged = false;
      await stream.writeSSE({ event: "view", data: JSON.stringify(desk.view) });
      await stream.sleep(VIEW_PAUSE_MS);
      continue;
    }
    const timer = setTimeout(change, PULSE_MS);
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    clearTimeout(timer);
  }
}
