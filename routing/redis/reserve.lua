-- Takes room for one request at one of several deployments, in one step for all replicas.
--
-- KEYS: a hash of each candidate: m, the minute that r requests and t tokens are of. Minutes are the server's own, so
--       that no replica's clock matters.
-- ARGV: tokens, "1" for the least used of the lowest tier instead of the first, then tier, rpm and tpm of each; 0 is no
--       limit.
-- Gives the index of the chosen one (from 0; -1 is none), the minute, how many milliseconds are left of it, and r and t
-- of each.
local time = redis.call("TIME")
local minute = string.format("%d", math.floor(time[1] / 60))
local tokens, least = tonumber(ARGV[1]), ARGV[2] == "1"
local answer = {-1, tonumber(minute), 60000 - time[1] % 60 * 1000 - math.floor(time[2] / 1000)}
local tiers, rpms, tpms, needs, mostR, mostT = {}, {}, {}, {}, 0, 0
for i = 1, #KEYS do
  tiers[i], rpms[i], tpms[i] = tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2])
  mostR, mostT = math.max(mostR, rpms[i]), math.max(mostT, tpms[i])
end
local best, tier, share
for i = 1, #KEYS do
  local h, r, t = redis.call("HMGET", KEYS[i], "m", "r", "t"), 0, 0
  if h[1] == minute then r, t = tonumber(h[2]), tonumber(h[3]) end
  answer[2 * i + 2], answer[2 * i + 3] = r, t
  -- A request that needs more than a whole minute takes the whole minute: it could never be served otherwise.
  needs[i] = tokens
  if tpms[i] > 0 and tokens > tpms[i] then needs[i] = tpms[i] end
  if (rpms[i] == 0 or r < rpms[i]) and (tpms[i] == 0 or t + needs[i] <= tpms[i]) then
    if not best then
      best, tier = i, tiers[i]
    end
    if least then
      local rpm, tpm, s = rpms[i], tpms[i], 0
      if rpm == 0 then rpm = mostR end
      if tpm == 0 then tpm = mostT end
      if rpm > 0 then s = (r + 1) / rpm end
      if tpm > 0 then s = math.max(s, (t + needs[i]) / tpm) end
      if not share or tiers[i] < tier or (tiers[i] == tier and s < share) then best, tier, share = i, tiers[i], s end
    end
  end
end
if best then
  local r, t = answer[2 * best + 2] + 1, answer[2 * best + 3] + needs[best]
  redis.call("HSET", KEYS[best], "m", minute, "r", string.format("%.0f", r), "t", string.format("%.0f", t))
  redis.call("EXPIRE", KEYS[best], 120)
  answer[1], answer[2 * best + 2], answer[2 * best + 3] = best - 1, r, t
end
return answer
