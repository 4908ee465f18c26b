import {
  ACQUIRE,
  ACQUIRE_AS_MEMBER,
  ACQUIRE_UNFENCED,
  BATCH,
  BATCHED,
  BREAK,
  evalsha,
  HEARTBEAT,
  INSPECT,
  JOIN,
  JOIN_QUEUE,
  RELEASE,
  RELEASE_IN_DOUBT,
  RENEW,
  RENEW_AND_RAISE,
  type Script,
} from "@holdfast/redis/scripts";
import type { Claim, Counter, Life, Step } from "./steps.ts";

/** What the steps before have brought to light. */
export interface Memory {
  readonly nowUs: number;
  readonly firstMarker: string;
  readonly lastMarker: string;
  readonly incarnation: string;
}

/** A command, and its script where it runs one. */
export interface Asked {
  readonly command: readonly string[];
  readonly script?: Script;
}

/** The command with which a step is done; undefined for the ones that only the clock makes. */
export function commandOf(step: Step, memory: Memory): Asked | undefined {
  switch (step.kind) {
    case "tick":
      return undefined;
    case "setFence":
      return { command: ["SET", step.fence, counterText(step.value, memory)] };
    case "setLock":
      return { command: ["SET", `{${step.name}}`, step.value, ...px(step.ttlMs)] };
    case "setMarker":
      return { command: ["SET", "member", step.value] };
    case "makeForeign":
      return { command: ["SADD", step.key, "x"] };
    case "delete":
      return { command: ["DEL", step.key] };
    case "flushScripts":
      return { command: ["SCRIPT", "FLUSH"] };
    case "flushAll":
      return { command: ["FLUSHALL"] };
    default:
      return scriptCall(step, memory);
  }
}

type ScriptStep = Exclude<
  Step,
  {
    kind:
      | "tick"
      | "setFence"
      | "setLock"
      | "setMarker"
      | "makeForeign"
      | "delete"
      | "flushScripts"
      | "flushAll";
  }
>;

function scriptCall(step: ScriptStep, memory: Memory): Asked {
  switch (step.kind) {
    case "acquire":
      return called(ACQUIRE, acquireKeys(step), takeArgs(step.claim));
    case "acquireUnfenced":
      return called(ACQUIRE_UNFENCED, acquireKeys(step), takeArgs(step.claim));
    case "joinQueue": {
      const { claimMs, inbox, life } = step.waiting;
      const args = [...takeArgs(step.claim), String(claimMs), inbox, ...lifeArgs(life)];
      return called(JOIN_QUEUE, acquireKeys(step), args);
    }
    case "heartbeat": {
      const args = step.claims.flatMap(({ holder, ttlMs }) => [holder, String(ttlMs)]);
      const keys = step.claims.flatMap((claim) => queueKeys({ claim }));
      return called(HEARTBEAT, keys, [...lifeArgs(step.life), ...args]);
    }
    case "acquireAsMember": {
      const keys = [lockOf(step), `${lockOf(step)}:f`, tombstoneOf(step), "member"];
      return called(ACQUIRE_AS_MEMBER, keys, [
        ...takeArgs(step.claim),
        ...ballotArgs(step, memory),
      ]);
    }
    case "join": {
      const { fingerprint, fenceTtlMs, guardUs, runId } = step.joining;
      const args = [fingerprint, String(fenceTtlMs), String(guardUs), knownMarker(step, memory)];
      return called(JOIN, ["member"], [...args, runId]);
    }
    case "release":
      return called(RELEASE, queueKeys(step), [`${step.claim.holder}:`]);
    case "releaseInDoubt": {
      const args = [`${step.claim.holder}:`, String(2 * step.claim.ttlMs)];
      return called(RELEASE_IN_DOUBT, acquireKeys(step), args);
    }
    case "renew": {
      const args = step.claims.flatMap(({ holder, ttlMs }) => [`${holder}:`, String(ttlMs)]);
      return called(
        RENEW,
        step.claims.map((claim) => lockOf({ claim })),
        args,
      );
    }
    case "renewAndRaise":
      return raising(step, memory);
    case "batch":
      return batched(step.parts.map((part) => scriptCall(part, memory)));
    case "inspect":
      return called(INSPECT, [`{${step.name}}`, `{${step.name}}:q`], []);
    case "break":
      return called(BREAK, queueKeysOf(`{${step.name}}`), [incarnationOf(step, memory)]);
  }
}

function called(script: Script, keys: readonly string[], args: readonly string[]): Asked {
  return { command: evalsha(script, String(keys.length), ...keys, ...args), script };
}

/** The scripts of these commands as one. */
function batched(parts: readonly Asked[]): Asked {
  const operands = parts.map(({ command }) => {
    const keysEnd = 3 + Number(command[2]);
    return { keys: command.slice(3, keysEnd), args: command.slice(keysEnd) };
  });
  const letters = parts.map(({ script }) => BATCHED.find((part) => part.script === script)?.letter);
  return called(
    BATCH,
    operands.flatMap(({ keys }) => keys),
    [letters.join(""), ...operands.flatMap(({ args }) => args)],
  );
}

function raising({ raises }: Extract<Step, { kind: "renewAndRaise" }>, memory: Memory): Asked {
  const keys = raises.flatMap((raise) => [lockOf(raise), `${lockOf(raise)}:f`]);
  const args = raises.flatMap(({ claim, raiseTo, fenceTtlMs }) => [
    `${claim.holder}:`,
    String(claim.ttlMs),
    counterText(raiseTo, memory),
    String(fenceTtlMs),
  ]);
  return called(RENEW_AND_RAISE, keys, args);
}

function lockOf({ claim }: { readonly claim: Claim }): string {
  return `{${claim.name}}`;
}

function queueKeys(step: { readonly claim: Claim }): string[] {
  return queueKeysOf(lockOf(step));
}

function queueKeysOf(lock: string): string[] {
  return [lock, "fence", `${lock}:q`, `${lock}:w`];
}

function acquireKeys(step: { readonly claim: Claim }): string[] {
  const lock = lockOf(step);
  return [lock, "fence", tombstoneOf(step), `${lock}:q`, `${lock}:w`];
}

function tombstoneOf({ claim }: { readonly claim: Claim }): string {
  return `{${claim.name}}:t:${claim.holder}`;
}

function lifeArgs({ liveMs, keepMs }: Life): string[] {
  return [String(liveMs), String(keepMs)];
}

function takeArgs({ holder, ttlMs, description }: Claim): string[] {
  return [`${holder}:`, String(ttlMs), `:1700000000000:${description}`];
}

function ballotArgs(
  { ballot }: Extract<Step, { kind: "acquireAsMember" }>,
  { nowUs, lastMarker }: Memory,
): string[] {
  const { proposalUs, slackUs, fenceTtlMs, marker } = ballot;
  return [
    proposalUs === undefined ? "" : String(nowUs + proposalUs),
    proposalUs === undefined || slackUs !== undefined ? String(slackUs ?? 0) : "",
    String(fenceTtlMs),
    marker === "last" ? lastMarker : "another:1:2",
  ];
}

function knownMarker({ joining }: Extract<Step, { kind: "join" }>, memory: Memory): string {
  switch (joining.known) {
    case "none":
      return "";
    case "first":
      return memory.firstMarker;
    case "last":
      return memory.lastMarker;
    case "strange":
      return "strange";
  }
}

function incarnationOf({ incarnation }: Extract<Step, { kind: "break" }>, memory: Memory): string {
  if (incarnation === "any") return "any";
  return incarnation === "last" ? memory.incarnation : "0".repeat(40);
}

function counterText(counter: Counter, { nowUs }: Memory): string {
  return "text" in counter ? counter.text : String(nowUs + counter.fromNowUs);
}

function px(ttlMs: number | undefined): string[] {
  return ttlMs === undefined ? [] : ["PX", String(ttlMs)];
}
