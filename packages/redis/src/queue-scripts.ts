import { type Script, script } from "./script.ts";
import { each, MINT, NOW_US, PUMP, SINCE_DIGITS, serveTheQueue } from "./script-parts.ts";

/**
 * KEYS lock fence tombstone queue waiters. ARGV as ACQUIRE, then claimMs inbox liveMs keepMs. Takes the lock
 * where it is free and nobody waits, for the whole ttl, else joins the end of the queue: the place lives for
 * liveMs, and the queue goes when nobody has touched it for keepMs. A copy finds its place and keeps it. Replies '+token', '!' for a tombstone, or '=stamp pttl rank' for a place: the stamp is
 * the fence counter, and a grant to this place has a larger token.
 */
export const JOIN_QUEUE: Script = script(`
local call, lock, fence, queue, waiters = redis.call, KEYS[1], KEYS[2], KEYS[4], KEYS[5]
local have = call('MGET', lock, fence, KEYS[3])
if have[3] then return '!' end
${serveTheQueue("")}
local value, holder = have[1], ARGV[1]
if value and string.sub(value, 1, #holder) == holder then
  call('PEXPIRE', lock, ARGV[2])
  return '+' .. string.match(value, '^%d*', #holder + 1)
end
${NOW_US}
if not value and call('EXISTS', queue) == 0 then
  local last = have[2]
  ${MINT.trim()}
  if call('SET', lock, holder .. token .. ARGV[3], 'NX', 'PX', ARGV[2]) then return '+' .. token end
end
local id, keepMs = string.sub(holder, 1, -2), ARGV[7]
local liveUntil = string.format('%.0f', math.floor(nowUs / 1000) + ARGV[6])
local score = call('ZRANGE', queue, -1, -1, 'WITHSCORES')[2]
call('ZADD', queue, 'NX', (score or 0) + 1, id)
call('PEXPIRE', queue, keepMs)
local about = string.sub(ARGV[3], ${SINCE_DIGITS + 3})
call('HSET', waiters, id, liveUntil .. ' ' .. ARGV[4] .. ' ' .. ARGV[5] .. '\\n' .. about)
call('PEXPIRE', waiters, keepMs)
return '=' .. (call('GET', fence) or '0') .. ' ' .. call('PTTL', lock) .. ' ' .. call('ZRANK', queue, id)`);

/**
 * KEYS (lock fence queue waiters) × n. ARGV liveMs keepMs, then (holderId ttlMs) × n. Keeps places alive, and hands
 * on a lock whose holder died. Each item replies '+token' when the lock is this holder's, now for the whole
 * ttl, '=stamp pttl rank' as JOIN_QUEUE, '-' when it has no place, or '!' and an error.
 */
export const HEARTBEAT: Script = script(`
local call = redis.call
local count = (#ARGV - 2) / 2
${NOW_US}
local liveUntil = string.format('%.0f', math.floor(nowUs / 1000) + ARGV[1])
local keepMs = ARGV[2]
local function beat(i)
  local lock, fence, queue, waiters = KEYS[4 * i - 3], KEYS[4 * i - 2], KEYS[4 * i - 1], KEYS[4 * i]
  local id, ttlMs = ARGV[2 * i + 1], ARGV[2 * i + 2]
  local holder = id .. ':'
  local function token()
    local value = call('MGET', lock)[1]
    if not value or string.sub(value, 1, #holder) ~= holder then return value, nil end
    call('PEXPIRE', lock, ttlMs)
    return value, '+' .. string.match(value, '^%d*', #holder + 1)
  end
  local value, mine = token()
  if mine then return mine end
  local entry = call('HGET', waiters, id)
  if not entry or not call('ZSCORE', queue, id) then return '-' end
  call('HSET', waiters, id, liveUntil .. string.match(entry, '^%d+(.*)$'))
  call('PEXPIRE', waiters, keepMs)
  call('PEXPIRE', queue, keepMs)
  if not value then
    ${PUMP.trim()}
    local problem = pump()
    if problem then return '!' .. problem.err end
    value, mine = token()
    if mine then return mine end
  end
  local rank = call('ZRANK', queue, id)
  if not rank then return '-' end
  return '=' .. (call('GET', fence) or '0') .. ' ' .. call('PTTL', lock) .. ' ' .. rank
end
${each("beat")}`);
