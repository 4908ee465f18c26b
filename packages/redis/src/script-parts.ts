/** Digits of a wall clock in milliseconds, from 2001 to 2286. An earlier one is padded. */
export const SINCE_DIGITS = 13;

/** Dead entries that one call clears away at most: half a millisecond of the server's time. */
const PUMP_ENTRIES_MAX = 64;

/** Microseconds of the server's clock: a floor that keeps tokens rising after the counter was lost. */
export const NOW_US: string = `
local time = call('TIME')
local nowUs = time[1] * 1000000 + time[2]`;

/**
 * A double no longer tells a larger token from its neighbour, so there are none to give any more. Before
 * anything was written; an error and no reply byte, since only an operator can mend it.
 */
const REFUSE_TOO_LARGE: string = `
if token > 9007199254740991 then return {err = 'FENCEMAX the fence counter is at its largest'} end`;

/** Mints `token`, given `nowUs` and the counter `last`. The counter is written before any lock. */
export const MINT: string = `
local token = nowUs
if last and last + 1 > nowUs then
  token = last + 1
  ${REFUSE_TOO_LARGE.trim()}
end
token = string.format('%.0f', token)
call('SET', fence, token)`;

/**
 * Grants a free lock to the first in the queue that lives, and tells its process; wants the locals call,
 * lock, fence, queue, waiters. An entry of `waiters` is "liveUntilMs claimMs inbox\ndescription". The entry
 * goes after the lock was set, so that a server without memory loses no waiter; the message goes last and
 * by pcall, since a user who may not publish is told so only then. Returns nil, or an error reply.
 */
export const PUMP: string = `
local function pump()
  ${NOW_US.trim()}
  for _ = 1, ${PUMP_ENTRIES_MAX} do
    local id = call('ZRANGE', queue, 0, 0)[1]
    if not id then return end
    local entry = call('HGET', waiters, id) or ''
    local liveUntil, claim, inbox, about = string.match(entry, '^(%d+) (%d+) ([^\\n]*)\\n(.*)$')
    local lives = liveUntil and liveUntil * 1000 >= nowUs
    if lives then
      local last = call('GET', fence)
      ${MINT.trim()}
      local since = string.format('%0${SINCE_DIGITS}.0f', math.floor(nowUs / 1000))
      local value = id .. ':' .. token .. ':' .. since .. ':' .. about
      if not call('SET', lock, value, 'NX', 'PX', claim) then return end
      call('ZREM', queue, id)
      call('HDEL', waiters, id)
      redis.pcall('PUBLISH', inbox, id .. ' ' .. token .. ' ' .. claim)
      return
    end
    call('ZREM', queue, id)
    call('HDEL', waiters, id)
  end
end`;

/**
 * A newcomer does not pass those who wait: a free lock goes to the first of them. Wants what PUMP wants, and
 * `have`, the values of lock and fence, which it reads again; ends with `then`.
 */
export function serveTheQueue(then: string): string {
  return `
if not have[1] and call('EXISTS', queue) == 1 then
  ${PUMP.trim()}
  local problem = pump()
  if problem then return problem end
  have = call('MGET', lock, fence)
  ${then}
end`;
}

/** Hands a lock that has just become free to a waiter. An error there must not undo what was done. */
export const PASS_ON: string = `
if redis.call('EXISTS', queue) == 1 then
  local call = redis.call
  ${PUMP.trim()}
  pcall(pump)
end`;

/** Each item by itself: the error of one, as of a key that is no string, spares the others. */
export function each(item: string): string {
  return `
local replies = {}
for i = 1, count do
  local ok, reply = pcall(${item}, i)
  if not ok then reply = '!' .. (type(reply) == 'table' and reply.err or tostring(reply)) end
  replies[i] = reply
end
return replies`;
}
