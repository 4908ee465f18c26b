import { ClientSteps } from "./client-steps.ts";
import { eventActions } from "./event-actions.ts";
import type { Model } from "./explore.ts";
import { Invariants } from "./invariants.ts";
import { Layout, MEMBERS } from "./layout.ts";
import { MemberSteps } from "./member-steps.ts";
import { messageActions } from "./message-actions.ts";
import { NormalForm } from "./normal-form.ts";
import type { Rules } from "./rules.ts";
import type { Scope } from "./scope.ts";

/** Three members, one name, and everything that may happen within the scope. */
export function quorumModel(scope: Scope, rules: Rules): Model {
  const layout = new Layout(scope);
  const client = new ClientSteps(layout, rules);
  const member = new MemberSteps(layout, rules);
  const parts = { scope, rules, layout, client, member };
  const form = new NormalForm(parts);
  const invariants = new Invariants(parts);
  return {
    fieldCount: layout.fieldCount,
    actions: [...eventActions(parts), ...layout.attempts.flatMap((a) => messageActions(parts, a))],
    start: (state) => {
      for (const m of MEMBERS) state[layout.fence(m)] = scope.fences[m] ?? 0;
    },
    names: () => ({ clients: ["A", "B", "C"], members: ["member 1", "member 2", "member 3"] }),
    normalize: (state, names) => form.apply(state, names),
    violation: (state) => invariants.violated(state),
  };
}
