import {
  ACQUIRE,
  ACQUIRE_AS_MEMBER,
  ACQUIRE_UNFENCED,
  BREAK,
  INSPECT,
  JOIN,
  RELEASE,
  RELEASE_IN_DOUBT,
  RENEW,
  RENEW_AND_RAISE,
  type Script,
} from "@holdfast/redis/scripts";

/** One mistake in one script: where it says `right`, it says `wrong`. */
export interface WrongScript {
  readonly what: string;
  readonly script: Script;
  readonly right: string;
  readonly wrong: string;
}

const IF_TAKEN = "if string.sub(value, 1, #holder) == holder then";
const IF_OURS = "if value and string.sub(value, 1, #holder) == holder then";
const OURS = "local mine = value and string.sub(value, 1, #holder) == holder";
const IF_FOREIGN = "if string.sub(value, 1, #holder) ~= holder then return nil, '-x' end";
const TAKE = "ARGV[3], 'NX', 'PX', ARGV[2])";
const PROPOSAL = "math.min(math.max(tonumber(ARGV[4]), nowUs - slackUs), nowUs + slackUs)";

/** The right script against one of these is as a state machine with that mistake against the right script. */
export const wrongScripts: readonly WrongScript[] = [
  {
    what: "acquire: everybody is the holder",
    script: ACQUIRE,
    right: IF_TAKEN,
    wrong: "if true then",
  },
  { what: "acquire: nobody is", script: ACQUIRE, right: IF_TAKEN, wrong: "if false then" },
  {
    what: "acquire: an id that begins as the holder's does is taken for it",
    script: ACQUIRE,
    right: "local holder = ARGV[1]",
    wrong: "local holder = string.sub(ARGV[1], 1, 2)",
  },
  { what: "acquire: no NX", script: ACQUIRE, right: TAKE, wrong: "ARGV[3], 'PX', ARGV[2])" },
  { what: "acquire: no ttl", script: ACQUIRE, right: TAKE, wrong: "ARGV[3], 'NX')" },
  {
    what: "acquire: another ttl",
    script: ACQUIRE,
    right: TAKE,
    wrong: "ARGV[3], 'NX', 'PX', ARGV[2] * 2)",
  },
  {
    what: "acquire: a copy does not renew",
    script: ACQUIRE,
    right: "call('PEXPIRE', lock, ARGV[2])",
    wrong: "",
  },
  {
    what: "acquire: the counter stands still",
    script: ACQUIRE,
    right: "token = last + 1",
    wrong: "token = last",
  },
  {
    what: "acquire: the clock alone is the token",
    script: ACQUIRE,
    right: "last + 1 > nowUs",
    wrong: "last - 1 > nowUs",
  },
  {
    what: "acquire: the counter is not kept",
    script: ACQUIRE,
    right: "call('SET', fence, token)",
    wrong: "",
  },
  {
    what: "acquire: tokens without bound",
    script: ACQUIRE,
    right: "9007199254740991",
    wrong: "9007199254740992",
  },
  {
    what: "acquire: no tombstone is seen",
    script: ACQUIRE,
    right: "if have[3] then return '!' end",
    wrong: "",
  },
  {
    what: "unfenced: no tombstone is seen",
    script: ACQUIRE_UNFENCED,
    right: "if have[2] then return '!' end",
    wrong: "",
  },
  {
    what: "unfenced: no NX",
    script: ACQUIRE_UNFENCED,
    right: TAKE,
    wrong: "ARGV[3], 'PX', ARGV[2])",
  },
  {
    what: "member: the proposal is not clamped",
    script: ACQUIRE_AS_MEMBER,
    right: PROPOSAL,
    wrong: "tonumber(ARGV[4])",
  },
  {
    what: "member: the proposal is clamped above alone",
    script: ACQUIRE_AS_MEMBER,
    right: "math.max(tonumber(ARGV[4]), nowUs - slackUs)",
    wrong: "tonumber(ARGV[4])",
  },
  {
    what: "member: the proposal is not heard",
    script: ACQUIRE_AS_MEMBER,
    right: PROPOSAL,
    wrong: "nowUs",
  },
  {
    what: "member: the counter stands still",
    script: ACQUIRE_AS_MEMBER,
    right: "math.max(last + 1, token)",
    wrong: "math.max(last, token)",
  },
  {
    what: "member: a lock is restored after a later holder",
    script: ACQUIRE_AS_MEMBER,
    right: "if last and last > token then return '--1' end",
    wrong: "",
  },
  {
    what: "member: a restored lock has a token of its own",
    script: ACQUIRE_AS_MEMBER,
    right: "  token = tonumber(ARGV[4])\n",
    wrong: "  token = nowUs\n",
  },
  {
    what: "member: any marker will do",
    script: ACQUIRE_AS_MEMBER,
    right: "if have[4] ~= ARGV[7] then return '~' end",
    wrong: "",
  },
  {
    what: "member: no tombstone is seen",
    script: ACQUIRE_AS_MEMBER,
    right: "if have[3] then return '!' end",
    wrong: "",
  },
  {
    what: "member: the counter never expires",
    script: ACQUIRE_AS_MEMBER,
    right: "token, 'PX', ARGV[6]",
    wrong: "token",
  },
  {
    what: "member: a counter that ran away is given out",
    script: ACQUIRE_AS_MEMBER,
    right: "last > nowUs + ARGV[6] * 1000",
    wrong: "false",
  },
  {
    what: "join: any fingerprint will do",
    script: JOIN,
    right: "if fingerprint ~= ARGV[1] then return '?' .. (fingerprint or '') end",
    wrong: "",
  },
  {
    what: "join: a failover is not noticed",
    script: JOIN,
    right: "if runId ~= ARGV[5] then",
    wrong: "if false then",
  },
  {
    what: "join: the marker keeps its first run_id",
    script: JOIN,
    right: "ARGV[1], ARGV[5], createdUs",
    wrong: "ARGV[1], 'r1', createdUs",
  },
  {
    what: "join: lost data are not noticed",
    script: JOIN,
    right: "if known ~= '' and marker ~= known then",
    wrong: "if false then",
  },
  {
    what: "join: clients answer each other for ever",
    script: JOIN,
    right: "~= string.format('%.0f', createdUs) then",
    wrong: "~= '' then",
  },
  {
    what: "join: the guard begins now",
    script: JOIN,
    right: "createdUs + guardUs",
    wrong: "nowUs + guardUs",
  },
  {
    what: "join: the marker never expires",
    script: JOIN,
    right: "marker, 'PX', ARGV[2]",
    wrong: "marker",
  },
  { what: "release: anybody may", script: RELEASE, right: IF_OURS, wrong: "if value then" },
  {
    what: "release: nothing is deleted",
    script: RELEASE,
    right: "redis.call('DEL', KEYS[1])",
    wrong: "",
  },
  {
    what: "in doubt: anybody may",
    script: RELEASE_IN_DOUBT,
    right: OURS,
    wrong: "local mine = value",
  },
  {
    what: "in doubt: no tombstone is left",
    script: RELEASE_IN_DOUBT,
    right: "redis.pcall('SET', KEYS[2], '', 'PX', ARGV[2])",
    wrong: "{}",
  },
  {
    what: "in doubt: a tombstone only where the lock was found",
    script: RELEASE_IN_DOUBT,
    right: "redis.pcall('SET'",
    wrong: "mine and redis.pcall('SET', KEYS[2], '', 'PX', ARGV[2]) or {} --",
  },
  { what: "renew: anybody may", script: RENEW, right: IF_FOREIGN, wrong: "" },
  {
    what: "renew: the ttl stands",
    script: RENEW,
    right: "redis.call('PEXPIRE', key, ARGV[2 * i])",
    wrong: "",
  },
  {
    what: "renew: a lock is made anew",
    script: RENEW,
    right: "local value, refusal = mine(key, holder)",
    wrong: "redis.call('SET', key, holder .. '1', 'NX')\nlocal value, refusal = mine(key, holder)",
  },
  {
    what: "renew: an error of one is the error of all",
    script: RENEW,
    right: "pcall(renew, i)",
    wrong: "true, renew(i)",
  },
  { what: "raise: anybody may", script: RENEW_AND_RAISE, right: IF_FOREIGN, wrong: "" },
  {
    what: "raise: unconditional",
    script: RENEW_AND_RAISE,
    right: "if raiseTo > tonumber(token) then",
    wrong: "if true then",
  },
  {
    what: "raise: the counter is lowered",
    script: RENEW_AND_RAISE,
    right: "math.max(raiseTo, tonumber(redis.call('GET', fence) or 0))",
    wrong: "raiseTo",
  },
  {
    what: "raise: the counter stays",
    script: RENEW_AND_RAISE,
    right: "redis.call('SET', fence, counter, 'PX', fenceTtlMs)",
    wrong: "",
  },
  {
    what: "raise: the lock stays",
    script: RENEW_AND_RAISE,
    right:
      "redis.call('SET', key, holder .. raised .. string.sub(value, #holder + #token + 1), 'PX', ttlMs)",
    wrong: "redis.call('PEXPIRE', key, ttlMs)",
  },
  {
    what: "raise: the description is lost",
    script: RENEW_AND_RAISE,
    right: "holder .. raised .. string.sub(value, #holder + #token + 1)",
    wrong: "holder .. raised",
  },
  {
    what: "inspect: the whole value is hashed",
    script: INSPECT,
    right: "return redis.sha1hex(",
    wrong: "return redis.sha1hex(value or ",
  },
  {
    what: "inspect: the description ends at a colon",
    script: INSPECT,
    right: ":(.*)$')\nreturn {",
    wrong: ":([^:]*)')\nreturn {",
  },
  {
    what: "break: any holding is that one",
    script: BREAK,
    right: "incarnation(value) ~= ARGV[1]",
    wrong: "false",
  },
];
