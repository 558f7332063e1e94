-- Notes a deployment's cool-down, unless a longer one is noted, and tells every replica.
--
-- KEYS: the hash of all cool-downs: until when in Unix milliseconds by the server's clock, the fault, and why.
-- ARGV: the channel, the deployment's id, for how many milliseconds (0 ends it), and the fault and why as one text.
-- A replica hears the id, a newline, the milliseconds and the text.
local wait = tonumber(ARGV[3])
if wait == 0 then
  redis.call("HDEL", KEYS[1], ARGV[2])
else
  local time = redis.call("TIME")
  local till = time[1] * 1000 + math.floor(time[2] / 1000) + wait
  local known = tonumber(string.match(redis.call("HGET", KEYS[1], ARGV[2]) or "0", "^%d+")) or 0
  if till <= known then return 0 end
  redis.call("HSET", KEYS[1], ARGV[2], string.format("%.0f ", till) .. ARGV[4])
  redis.call("EXPIRE", KEYS[1], 7200)
end
redis.call("PUBLISH", ARGV[1], ARGV[2] .. "\n" .. ARGV[3] .. " " .. ARGV[4])
return 1
