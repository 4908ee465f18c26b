import type { CommandSpec } from "./command-spec.ts";
import { BACKEND_FLAGS, GENERAL_FLAGS, JSON_FLAG, WAIT_FLAGS } from "./common-flags.ts";

const RUN: CommandSpec = {
  name: "run",
  usage: "NAME [flags] -- command args…",
  about: "run a command while holding a lock",
  wordCount: 1,
  takesCommand: true,
  flags: {
    ...WAIT_FLAGS,
    signal: { value: "SIGTERM", about: "sent to the command when the lease is lost" },
    grace: { value: "10s", about: "how long it then has to end before it is killed" },
    "exit-zero-if-held": { about: "exit with 0 instead of 75, for cron" },
    ...BACKEND_FLAGS,
    ...GENERAL_FLAGS,
  },
  notes: `The lock is renewed while the command runs and released when it ends. The command finds
HOLDFAST_LOCK_NAME and HOLDFAST_FENCING_TOKEN in its environment, and gets the signals that
holdfast gets; from the second SIGINT or SIGTERM on it has the grace to end.

Exits with the command's own code (128 and the signal's number, if one ended it), or
  75  another holds the lock, or the wait ended     64  usage or configuration
  76  the lease was lost                            69  the backend is unavailable`,
  examples: [
    "holdfast run nightly-report --no-wait -- ./report.sh",
    "holdfast run deploy --wait 5m --ttl 30s -- make deploy",
    "holdfast run backup --no-wait --exit-zero-if-held -- pg_dump -f /backup/db.sql",
  ],
};

const TICKET_FLAGS = {
  ticket: { value: "FILE", about: "the ticket, a secret; made with mode 600" },
  "ticket-fd": { value: "N", about: "the ticket by file descriptor instead" },
};

const ACQUIRE: CommandSpec = {
  name: "acquire",
  usage: "NAME --ticket FILE [flags]",
  about: "take a lock for a script, which renews and releases it by its ticket",
  wordCount: 1,
  flags: { ...WAIT_FLAGS, ...TICKET_FLAGS, ...JSON_FLAG, ...BACKEND_FLAGS, ...GENERAL_FLAGS },
  notes:
    "Nothing renews the lock but `holdfast renew`: choose a ttl that outlasts the script's steps.",
  examples: [
    "holdfast acquire deploy --ttl 5m --ticket /run/deploy.ticket",
    "holdfast acquire deploy --ttl 5m --ticket-fd 3 3>/run/deploy.ticket",
  ],
};

const RENEW: CommandSpec = {
  name: "renew",
  usage: "--ticket FILE [flags]",
  about: "prolong a lock by its ticket, for another ttl",
  wordCount: 0,
  flags: { ...TICKET_FLAGS, ...JSON_FLAG, ...BACKEND_FLAGS, ...GENERAL_FLAGS },
  notes: "Exits with 76 when the lock was lost.",
  examples: ["holdfast renew --ticket /run/deploy.ticket"],
};

const RELEASE: CommandSpec = {
  name: "release",
  usage: "--ticket FILE [flags]",
  about: "give a lock back by its ticket, and remove the ticket",
  wordCount: 0,
  flags: { ...TICKET_FLAGS, ...JSON_FLAG, ...BACKEND_FLAGS, ...GENERAL_FLAGS },
  notes: "Exits with 76 when the lock was lost before.",
  examples: ["holdfast release --ticket /run/deploy.ticket"],
};

const INSPECT: CommandSpec = {
  name: "inspect",
  usage: "NAME [flags]",
  about: "show who holds a lock, since when and for how long",
  wordCount: 1,
  flags: {
    watch: { about: "show it again whenever it changes, until interrupted" },
    ...JSON_FLAG,
    ...BACKEND_FLAGS,
    ...GENERAL_FLAGS,
  },
  examples: ["holdfast inspect deploy", "holdfast inspect deploy --json --watch"],
};

const BREAK: CommandSpec = {
  name: "break",
  usage: "NAME --yes [flags]",
  about: "take a lock away from its holder",
  wordCount: 1,
  flags: {
    yes: { about: "really: until its next renewal the holder goes on as if it held the lock" },
    force: { about: "end a session that does not cooperate, with everything else it holds" },
    ...JSON_FLAG,
    ...BACKEND_FLAGS,
    ...GENERAL_FLAGS,
  },
  notes: "Breaks the holding that is there when it looks, and not a successor.",
  examples: ["holdfast break deploy --yes"],
};

const DOCTOR: CommandSpec = {
  name: "doctor",
  usage: "[flags]",
  about: "name settings of the backend that lose locks, with their remedies",
  wordCount: 0,
  flags: { ...JSON_FLAG, ...BACKEND_FLAGS, ...GENERAL_FLAGS },
  notes: "Exits with 1 when one of them is dangerous.",
  examples: ["holdfast doctor --url redis://localhost:6379"],
};

const PING: CommandSpec = {
  name: "ping",
  usage: "[flags]",
  about: "ask whether the backend answers",
  wordCount: 0,
  flags: { ...JSON_FLAG, ...BACKEND_FLAGS, ...GENERAL_FLAGS },
  notes: "Exits with 69 when it does not.",
  examples: ["holdfast ping --env production"],
};

const COMPLETION: CommandSpec = {
  name: "completion",
  usage: "bash|zsh|fish",
  about: "print the completion script of a shell",
  wordCount: 1,
  flags: { ...GENERAL_FLAGS },
  examples: ['eval "$(holdfast completion bash)"', "holdfast completion fish | source"],
};

/** Every command. */
export const COMMANDS: readonly CommandSpec[] = [
  ...[RUN, ACQUIRE, RENEW, RELEASE, INSPECT, BREAK, DOCTOR, PING, COMPLETION],
];
