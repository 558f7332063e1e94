-- Notes a deployment's cool-down, unless a longer one is noted, and tells every replica.
--
-- KEYS: the hash of all cool-downs. ARGV: the channel, the deployment's id, until when in Unix milliseconds (0 ends it),
--       and the text that replicas read: the same number, the fault, and why.
local known = tonumber(string.match(redis.call("HGET", KEYS[1], ARGV[2]) or "0", "^%d+")) or 0
local till = tonumber(ARGV[3])
if till == 0 then
  redis.call("HDEL", KEYS[1], ARGV[2])
elseif till > known then
  redis.call("HSET", KEYS[1], ARGV[2], ARGV[4])
  redis.call("EXPIRE", KEYS[1], 7200)
else
  return 0
end
redis.call("PUBLISH", ARGV[1], ARGV[2] .. "\n" .. ARGV[4])
return 1
