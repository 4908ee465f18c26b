import assert from "node:assert/strict";
import type { ConformanceCase } from "../conformance-case.ts";
import { settlesWithin } from "../waits.ts";

/** Abort as the provider alone must heed it. */
export const abortCallCases: readonly ConformanceCase[] = [
  {
    id: "abort-provider-call",
    invariants: ["G-06", "G-09"],
    title: "a provider's attempt with an aborted signal is never sent",
    async run(context) {
      const [provider, other] = [await context.open(), await context.open()];
      const request = context.request(context.name());
      const signalled = { ...request, signal: AbortSignal.abort() };
      const attempt = context.attempt(provider, signalled);
      const error = await attempt.then(
        () => assert.fail("granted or refused"),
        (reason) => reason,
      );
      assert.equal(error.outcome, "not-applied");
      const next = context.request(request.name);
      await context.grant(other, next);
      await context.release(other, next);
    },
  },
  {
    id: "abort-provider-in-flight",
    invariants: ["G-06", "G-09"],
    title: "a provider's attempt aborted in flight settles, and its in-doubt release repairs it",
    async run(context) {
      const [provider, other] = [await context.open(), await context.open()];
      for (let turns = 0; turns < 20; turns += 1) {
        const controller = new AbortController();
        const request = context.request(context.name());
        const attempt = context
          .attempt(provider, { ...request, signal: controller.signal })
          .catch((reason: unknown) => reason);
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        controller.abort();
        await settlesWithin(1_000, "the aborted attempt", attempt);
        await context.release(provider, request, true);
        await context.becomesFree(other, request.name, 1_000);
      }
    },
  },
];
