import type { Step } from "./explore.ts";
import { at, HOLDING, type Layout, RAISING, SENT } from "./layout.ts";
import type { Pair } from "./member-steps.ts";

/** For whom a member is locked after the step. */
export function lockAt(layout: Layout, m: number, { after, names }: Step): string {
  const holder = at(after, layout.holder(m));
  if (holder === 0) return "not locked";
  return `locked for ${names.clients[holder - 1]} with token ${at(after, layout.lockToken(m))}`;
}

/** What the client concluded from an answer; empty when nothing followed. */
export function conclusion(layout: Layout, [m, a]: Pair, { before, after }: Step): string {
  const token = at(after, layout.token(a));
  const phase = after[layout.phase(a)];
  if (before[layout.phase(a)] !== phase && phase === HOLDING)
    return `, and holds with token ${token}`;
  if (before[layout.phase(a)] !== phase && phase === RAISING)
    return `, and round two is for ${token}`;
  if (before[layout.valid(a)] !== after[layout.valid(a)]) return ", and its lease is renewed";
  if (after[layout.raise(m, a)] === SENT && before[layout.raise(m, a)] !== SENT) {
    return `, and raises it to ${token}`;
  }
  return "";
}
