import { type Script, script } from "./script.ts";
import { each, MINT, NOW_US, PASS_ON, SINCE_DIGITS, serveTheQueue } from "./script-parts.ts";

export { HEARTBEAT, JOIN_QUEUE } from "./queue-scripts.ts";
export { evalInFull, evalsha, type Script } from "./script.ts";

/**
 * The scripts. Each touches only keys given in KEYS, in this order of kinds: lock, fence,
 * tombstone, member marker, queue, waiters.
 *
 * Replies are short strings, since a token does not fit a double of every driver and decoding one
 * string is the least work for both sides. Their first byte says what they are; see `reply.ts`.
 *
 * A holder is recognised by `holderId:` at the start of the value, so a holderId that is a prefix of
 * another is not mistaken for it.
 */

/**
 * The lock is taken already: again for the same holder (a copy of one request, whose ttl starts anew
 * because the caller counts from this send), otherwise refused with the time that is left.
 */
const ANSWER_IF_TAKEN = `
local value = have[1]
if value then
  local holder = ARGV[1]
  if string.sub(value, 1, #holder) == holder then
    call('PEXPIRE', lock, ARGV[2])
    return '+' .. string.match(value, '^%d*', #holder + 1)
  end
  return '-' .. call('PTTL', lock)
end`;

/** Somebody waits and was not served, as behind too many that are dead: nobody passes them. */
const ANSWER_IF_AWAITED =
  "if not have[1] and call('EXISTS', queue) == 1 then return '-' .. call('PTTL', lock) end";

/** NX because a key that is not a string looks absent to MGET: a foreign lock must not be overwritten. */
const TAKE = `
if not call('SET', lock, ARGV[1] .. token .. ARGV[3], 'NX', 'PX', ARGV[2]) then
  return '-' .. call('PTTL', lock)
end
return '+' .. token`;

/** KEYS lock fence tombstone queue waiters. ARGV "holderId:" ttlMs ":since:description". */
export const ACQUIRE: Script = script(`
local call, lock, fence, queue, waiters = redis.call, KEYS[1], KEYS[2], KEYS[4], KEYS[5]
local have = call('MGET', lock, fence, KEYS[3])
if have[3] then return '!' end
${serveTheQueue(ANSWER_IF_AWAITED)}
${ANSWER_IF_TAKEN}
${NOW_US}
local last = have[2]
${MINT}
${TAKE}`);

/** KEYS and ARGV as ACQUIRE. The token is empty, unless the queue minted one. */
export const ACQUIRE_UNFENCED: Script = script(`
local call, lock, fence, queue, waiters = redis.call, KEYS[1], KEYS[2], KEYS[4], KEYS[5]
local have = call('MGET', lock, KEYS[3])
if have[2] then return '!' end
${serveTheQueue(ANSWER_IF_AWAITED)}
${ANSWER_IF_TAKEN}
local token = ''
${TAKE}`);

/**
 * KEYS lock fence tombstone marker. ARGV as ACQUIRE, then proposal ('' for none), slackUs, fenceTtlMs and
 * the marker that this client verified. With a slackUs of '' the lock is restored with the very token of
 * `proposal`, or refused if a larger one was given out. Another marker, or none, means that the server lost its data
 * or belongs to a quorum that is configured otherwise: no vote until the client has looked again. A fence
 * further ahead than it lives was set by a clock that had run away: no vote, and nothing written, until it
 * has expired, since a token from it would outlast every memory of it. A new grant tells the server's time
 * after its token, as seconds.microseconds.
 */
export const ACQUIRE_AS_MEMBER: Script = script(`
local call, lock, fence = redis.call, KEYS[1], KEYS[2]
local have = call('MGET', lock, fence, KEYS[3], KEYS[4])
if have[4] ~= ARGV[7] then return '~' end
if have[3] then return '!' end
${ANSWER_IF_TAKEN}
${NOW_US}
local token, last = nowUs, have[2] and tonumber(have[2])
if ARGV[5] == '' then
  token = tonumber(ARGV[4])
  if last and last > token then return '--1' end
else
  if last and last > nowUs + ARGV[6] * 1000 then return '=' .. call('PTTL', fence) end
  if ARGV[4] ~= '' then
    local slackUs = tonumber(ARGV[5])
    token = math.min(math.max(tonumber(ARGV[4]), nowUs - slackUs), nowUs + slackUs)
  end
  if last then token = math.max(last + 1, token) end
end
token = string.format('%.0f', token)
call('SET', fence, token, 'PX', ARGV[6])
${TAKE} .. '@' .. time[1] .. '.' .. time[2]`);

/**
 * KEYS marker. ARGV fingerprint fenceTtlMs guardUs, the marker that this client saw last ('' for none) and
 * the server's run_id. A marker is "fingerprint:run_id:createdUs:abstainUntilUs". One that this client has
 * seen and that is gone or was created anew means lost data, so everybody abstains until createdUs + guard;
 * it changes at most once for that, or clients would answer each other for ever. One with another run_id
 * came by a restart or a replica that may lack the rest: a guard from now. Replies '?' and the other
 * fingerprint where it is another.
 */
export const JOIN: Script = script(`
local call = redis.call
${NOW_US}
local guardUs, known = tonumber(ARGV[3]), ARGV[4]
local marker = redis.call('GET', KEYS[1])
local createdUs, untilUs = nowUs, 0
if marker then
  local fingerprint, runId, created, abstainUntil = string.match(marker, '^(.*):([^:]*):(%d+):(%d+)$')
  if fingerprint ~= ARGV[1] then return '?' .. (fingerprint or '') end
  createdUs, untilUs = tonumber(created), tonumber(abstainUntil)
  if runId ~= ARGV[5] then untilUs = math.max(untilUs, nowUs + guardUs) end
end
if known ~= '' and marker ~= known then
  if string.match(known, ':(%d+):%d+$') ~= string.format('%.0f', createdUs) then
    untilUs = math.max(untilUs, createdUs + guardUs)
  end
end
marker = string.format('%s:%s:%.0f:%.0f', ARGV[1], ARGV[5], createdUs, untilUs)
redis.call('SET', KEYS[1], marker, 'PX', ARGV[2])
return {marker, string.format('%.0f', math.max(0, untilUs - nowUs))}`);

/**
 * KEYS lock fence queue waiters. ARGV "holderId:". Replies '1' when it was this holder's, else '0'. A lock
 * that is free then goes to the first who waits.
 */
export const RELEASE: Script = script(`
local lock, fence, queue, waiters = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local value, holder = redis.call('GET', lock), ARGV[1]
local mine = value and string.sub(value, 1, #holder) == holder
if mine then redis.call('DEL', lock) elseif value then return '0' end
${PASS_ON}
return mine and '1' or '0'`);

/**
 * KEYS lock fence tombstone queue waiters. ARGV "holderId:" tombstoneMs. Leaves the queue too. The tombstone is
 * left whether the lock was found or not: the request that is in doubt may still be on its way. The lock goes
 * first and the tombstone's error is reported after it, so that a server without memory still frees the lock.
 */
export const RELEASE_IN_DOUBT: Script = script(`
local lock, fence, queue, waiters = KEYS[1], KEYS[2], KEYS[4], KEYS[5]
local value, holder = redis.call('GET', lock), ARGV[1]
local id = string.sub(holder, 1, -2)
local mine = value and string.sub(value, 1, #holder) == holder
if mine then redis.call('DEL', lock) end
redis.pcall('ZREM', queue, id)
redis.pcall('HDEL', waiters, id)
if mine or not value then
  ${PASS_ON.trim()}
end
local left = redis.pcall('SET', KEYS[3], '', 'PX', ARGV[2])
if left.err then return left end
return mine and '1' or '0'`);

/** One renewal of a batch: '+token', '-' for absent, '-x' for another holder. */
const RENEW_ONE = `
local function mine(key, holder)
  local value = redis.call('GET', key)
  if not value then return nil, '-' end
  if string.sub(value, 1, #holder) ~= holder then return nil, '-x' end
  return value
end`;

/** KEYS lock × n. ARGV "holderId:" ttlMs × n. Never creates a key. */
export const RENEW: Script = script(`
${RENEW_ONE}
local count = #KEYS
local function renew(i)
  local key, holder = KEYS[i], ARGV[2 * i - 1]
  local value, refusal = mine(key, holder)
  if not value then return refusal end
  redis.call('PEXPIRE', key, ARGV[2 * i])
  return '+' .. string.match(value, '^%d*', #holder + 1)
end
${each("renew")}`);

/**
 * KEYS (lock, fence) × n. ARGV "holderId:" ttlMs raiseTo fenceTtlMs × n; a fenceTtlMs of 0 is for a counter
 * without ttl. Renews, and raises the token of the lock and the counter to at least raiseTo.
 */
export const RENEW_AND_RAISE: Script = script(`
${RENEW_ONE}
local count = #KEYS / 2
local function renew(i)
  local key, fence = KEYS[2 * i - 1], KEYS[2 * i]
  local holder, ttlMs, fenceTtlMs = ARGV[4 * i - 3], ARGV[4 * i - 2], ARGV[4 * i]
  local value, refusal = mine(key, holder)
  if not value then return refusal end
  local token = string.match(value, '^%d*', #holder + 1)
  local raiseTo = tonumber(ARGV[4 * i - 1])
  if raiseTo > tonumber(token) then
    local raised = string.format('%.0f', raiseTo)
    local counter = string.format('%.0f', math.max(raiseTo, tonumber(redis.call('GET', fence) or 0)))
    if fenceTtlMs == '0' then
      redis.call('SET', fence, counter)
    else
      redis.call('SET', fence, counter, 'PX', fenceTtlMs)
    end
    redis.call('SET', key, holder .. raised .. string.sub(value, #holder + #token + 1), 'PX', ttlMs)
    return '+' .. raised
  end
  redis.call('PEXPIRE', key, ttlMs)
  return '+' .. token
end
${each("renew")}`);

/** A value of ours: holderId, token, since in 13 digits, description. Foreign values hardly look so. */
const OURS = `'^([%w_-]+):(%d*):(${"%d".repeat(SINCE_DIGITS)}):(.*)$'`;

/**
 * An incarnation names one holding without proving it: a hash of the holderId, which stays the same
 * when a token is raised. A value that is not ours (a foreign lock) is hashed whole.
 */
const INCARNATION = `
local function incarnation(value)
  return redis.sha1hex(string.match(value, ${OURS}) or value)
end`;

/**
 * KEYS lock queue. Replies {waiters} when free, else {waiters, incarnation, pttl, token, since, description}:
 * never a holderId.
 */
export const INSPECT: Script = script(`
${INCARNATION}
local value, waiting = redis.call('GET', KEYS[1]), tostring(redis.call('ZCARD', KEYS[2]))
if not value then return {waiting} end
local pttl = tostring(redis.call('PTTL', KEYS[1]))
local _, token, since, description = string.match(value, ${OURS})
return {waiting, incarnation(value), pttl, token or '', since or '', description or ''}`);

/**
 * KEYS lock fence queue waiters. ARGV incarnation, or 'any'. Replies '1' when that holding was ended, else
 * '0'. The lock goes to the first who waits.
 */
export const BREAK: Script = script(`
${INCARNATION}
local lock, fence, queue, waiters = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
if ARGV[1] ~= 'any' then
  local value = redis.call('GET', lock)
  if not value or incarnation(value) ~= ARGV[1] then return '0' end
end
local ended = tostring(redis.call('DEL', lock))
${PASS_ON}
return ended`);

/** A script that can be part of a batch: its letter there, and how many keys and arguments it takes. */
export interface BatchedScript {
  readonly letter: string;
  readonly script: Script;
  readonly keyCount: number;
  readonly argCount: number;
}

export const BATCHED: readonly BatchedScript[] = [
  { letter: "a", script: ACQUIRE, keyCount: 5, argCount: 3 },
  { letter: "u", script: ACQUIRE_UNFENCED, keyCount: 5, argCount: 3 },
  { letter: "r", script: RELEASE, keyCount: 4, argCount: 1 },
];

/** The script as a function of the numbers of keys and arguments before its own. */
function asFunction({ text }: Script): string {
  const body = text
    .replaceAll(/KEYS\[(\d)\]/g, "KEYS[k + $1]")
    .replaceAll(/ARGV\[(\d)\]/g, "ARGV[a + $1]")
    .replaceAll("call('TIME')", "now()");
  return `function(k, a)\n${body}\nend`;
}

/**
 * Several scripts as one, each item by itself and in their order. KEYS of the first item, of the second and so
 * on; ARGV a letter for each item, then the arguments in the same way. Replies what each script replies, or
 * '!' and an error. The scripts are here word for word, but that each counts its keys and arguments from where
 * its own begin, and all of them see one time.
 */
export const BATCH: Script = script(`
local time
local function now()
  time = time or redis.call('TIME')
  return time
end
local runs = {${BATCHED.map(({ letter, script: part }) => `${letter} = ${asFunction(part)}`).join(",\n")}}
local keyCounts = {${BATCHED.map(({ letter, keyCount }) => `${letter} = ${keyCount}`).join(", ")}}
local argCounts = {${BATCHED.map(({ letter, argCount }) => `${letter} = ${argCount}`).join(", ")}}
local letters, keysDone, argsDone = ARGV[1], 0, 1
local count = #letters
local function item(i)
  local letter, k, a = string.sub(letters, i, i), keysDone, argsDone
  keysDone, argsDone = k + keyCounts[letter], a + argCounts[letter]
  local reply = runs[letter](k, a)
  return type(reply) == 'table' and '!' .. reply.err or reply
end
${each("item")}`);
