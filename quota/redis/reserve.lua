-- Takes what one request of a client key may need, or nothing where one of the limits has less left; one step for all
-- replicas, by the server's clock.
--
-- KEYS: 1 a hash: m, the minute (since 1970) that r requests and t tokens are of.
--       2 a hash: p, when the period began that u micro-dollars used and h held are of, and e, when it ends; Unix seconds. f
--         is what is used beyond u, in pico-dollars, less than a micro-dollar; it counts as one. What azproc wrote
--         before there was an f has none.
--       3 a sorted set of the holds, by when they are given up: "PERIOD MICRODOLLARS ID"; and "~ID" for what was settled
--         without a hold, so that it counts once.
-- ARGV: 1 requests, 2 tokens, 3 micro-dollars; all zero is a look. 4 rpm, 5 tpm, 6 budget; 0 is no limit. 7 the hold's id,
--       8 for how many seconds it is kept, 9 how many seconds a period has, and when the first began; or 0 and, from 11 on,
--       the beginnings of some periods, one after the other.
-- Gives which limit refuses (0 none, 1 requests, 2 tokens, 3 budget), the minute, its milliseconds left, r, t; p, the
-- milliseconds left of the period, u, f, h, and when the hold is given up.
local time = redis.call("TIME")
local now, ms = tonumber(time[1]), math.floor(time[2] / 1000)
local requests, tokens, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local rpm, tpm, budget = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local look, refused = requests + tokens + cost == 0, 0
local function whole(n) return string.format("%.0f", n) end

local minute, r, t = whole(math.floor(now / 60)), 0, 0
if rpm > 0 or tpm > 0 then
  local h = redis.call("HMGET", KEYS[1], "m", "r", "t")
  if h[1] == minute then r, t = tonumber(h[2]), tonumber(h[3]) end
  if rpm > 0 and r + requests > rpm then refused = 1 end
  if tpm > 0 and t + tokens > tpm then refused = 2 end
end

local from, till, used, beyond, held = 0, 0, 0, 0, 0
if budget > 0 then
  local length = tonumber(ARGV[9])
  if length > 0 then
    from = now - (now - tonumber(ARGV[10])) % length
    till = from + length
  else
    for i = 11, #ARGV - 1 do
      if tonumber(ARGV[i]) <= now and now < tonumber(ARGV[i + 1]) then from, till = tonumber(ARGV[i]), tonumber(ARGV[i + 1]) end
    end
    if till == 0 then return redis.error_reply("ERR the clocks of azproc and of Redis differ by more than a period") end
  end
  local h = redis.call("HMGET", KEYS[2], "p", "u", "h", "f")
  local p = tonumber(h[1] or 0)
  local known = p >= from and p <= till
  if known then from, used, held, beyond = p, tonumber(h[2]), tonumber(h[3]), tonumber(h[4] or 0) end
  local over = redis.call("ZRANGEBYSCORE", KEYS[3], "-inf", now)
  for _, hold in ipairs(over) do
    local of, amount = string.match(hold, "^(%d+) (%d+) ")
    if of and tonumber(of) == from then held = math.max(0, held - tonumber(amount)) end
    redis.call("ZREM", KEYS[3], hold)
  end
  if used + math.min(beyond, 1) + held + cost > budget then refused = 3 end
  if known and #over > 0 and (look or refused > 0) then redis.call("HSET", KEYS[2], "h", whole(held)) end
end

if look then refused = 0 end
if refused == 0 and not look then
  if rpm > 0 or tpm > 0 then
    r, t = r + requests, t + tokens
    redis.call("HSET", KEYS[1], "m", minute, "r", whole(r), "t", whole(t))
    redis.call("EXPIRE", KEYS[1], 120)
  end
  if budget > 0 then
    held = held + cost
    redis.call("HSET", KEYS[2], "p", whole(from), "e", whole(math.max(till, from + 1)), "u", whole(used), "f", whole(beyond), "h", whole(held))
    redis.call("EXPIRE", KEYS[2], till - now + 60)
    redis.call("ZADD", KEYS[3], now + tonumber(ARGV[8]), whole(from) .. " " .. whole(cost) .. " " .. ARGV[7])
    redis.call("EXPIRE", KEYS[3], 2 * tonumber(ARGV[8]))
  end
end
return {refused, tonumber(minute), 60000 - now % 60 * 1000 - ms, r, t, from, math.max(0, (till - now) * 1000 - ms), used, beyond, held, now + tonumber(ARGV[8])}
