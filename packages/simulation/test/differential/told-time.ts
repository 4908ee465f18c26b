import { createHash } from "node:crypto";
import type { Script } from "@holdfast/redis/scripts";

/** Where a real server keeps what was published to it: it has no subscribers. */
export const PUBLISHED = "published";

/**
 * Put before a real script, it answers the script's TIME with the last two arguments. All else goes to
 * the server, so the script's own text runs, and what it computes from the time can be compared exactly. What it publishes is
 * kept in a list.
 */
const TOLD_TIME = `
local toldUs = table.remove(ARGV)
local toldS = table.remove(ARGV)
local server = redis
local redis = setmetatable({
  pcall = function(command, ...)
    if command ~= 'PUBLISH' then return server.pcall(command, ...) end
    return server.pcall('RPUSH', '${PUBLISHED}', table.concat({...}, ' '))
  end,
  call = function(command, ...)
    if command == 'TIME' then return {toldS, toldUs} end
    return server.call(command, ...)
  end
}, {__index = server})
`;

/** The script as the real server gets it. */
export function withToldTime(text: string): Script {
  const told = TOLD_TIME + text;
  return { text: told, sha: createHash("sha1").update(told).digest("hex") };
}

/** The last two arguments for that script: seconds, and microseconds of the second. */
export function toldTimeArgs(nowUs: number): [string, string] {
  return [String(Math.floor(nowUs / 1_000_000)), String(nowUs % 1_000_000)];
}
