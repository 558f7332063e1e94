-- Puts what requests of one client key have used in the place of what they had reserved. Doing it again changes nothing of
-- the money.
--
-- KEYS: as in reserve.lua. ARGV: 1 for how many seconds a hold is kept; then for each request: its minute (0 none), the
--       tokens reserved, the tokens used, its period (0 none), the micro-dollars reserved, the micro-dollars used and the
--       pico-dollars beyond those, its id, when it is given up, and "1" if it was reserved here.
local now, kept = tonumber(redis.call("TIME")[1]), tonumber(ARGV[1])
local function whole(n) return string.format("%.0f", n) end
for i = 2, #ARGV, 10 do
  local minute, reserved, tokens, period = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), ARGV[i + 3]
  local id, here, new, removed = ARGV[i + 7], ARGV[i + 9] == "1", true, false
  if period ~= "0" then
    removed = here and redis.call("ZREM", KEYS[3], period .. " " .. ARGV[i + 4] .. " " .. id) == 1
    if not removed then
      -- Given up, or reserved somewhere else; or else it has been settled already.
      new = not here or now >= tonumber(ARGV[i + 8])
      if new then
        new = redis.call("ZADD", KEYS[3], "NX", now + kept, "~" .. id) == 1
        if redis.call("TTL", KEYS[3]) < kept then redis.call("EXPIRE", KEYS[3], 2 * kept) end
      end
    end
  end
  if new and here and minute ~= "0" and redis.call("HGET", KEYS[1], "m") == minute then
    if redis.call("HINCRBY", KEYS[1], "t", whole(tokens - reserved)) < 0 then redis.call("HSET", KEYS[1], "t", "0") end
  end
  if new and period ~= "0" then
    local h = redis.call("HMGET", KEYS[2], "p", "e", "f")
    if tonumber(period) >= tonumber(h[2] or 0) then
      -- Nobody has asked here yet in this period; who does will know when it ends.
      redis.call("HSET", KEYS[2], "p", period, "e", whole(tonumber(period) + 1), "u", "0", "f", "0", "h", "0")
      redis.call("EXPIRE", KEYS[2], 32 * 86400)
      h[1], h[3] = period, "0"
    end
    if h[1] == period then
      local used = ARGV[i + 5]
      if ARGV[i + 6] ~= "0" then
        local beyond = tonumber(h[3] or 0) + tonumber(ARGV[i + 6])
        if beyond >= 1000000 then used, beyond = whole(tonumber(used) + 1), beyond - 1000000 end
        redis.call("HSET", KEYS[2], "f", whole(beyond))
      end
      redis.call("HINCRBY", KEYS[2], "u", used)
      if removed and ARGV[i + 4] ~= "0" and redis.call("HINCRBY", KEYS[2], "h", "-" .. ARGV[i + 4]) < 0 then redis.call("HSET", KEYS[2], "h", "0") end
    end
  end
end
return 1
