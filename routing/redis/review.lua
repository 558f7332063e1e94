-- Gives the cool-downs that last, and takes away those that are over: in one step, so that none that was just noted is
-- taken for the one before it.
--
-- KEYS: the hash of all cool-downs. Gives of each the deployment's id, and for how many milliseconds, the fault, and why
-- as one text.
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local all, answer = redis.call("HGETALL", KEYS[1]), {}
for i = 1, #all, 2 do
  local till, text = string.match(all[i + 1], "^(%d+) (.*)$")
  if till and tonumber(till) > now then
    answer[#answer + 1] = all[i]
    answer[#answer + 1] = string.format("%.0f ", till - now) .. text
  else
    redis.call("HDEL", KEYS[1], all[i])
  end
end
return answer
