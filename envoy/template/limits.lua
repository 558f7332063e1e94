-- What a client with a key of its own is told of its limits per minute: the key's where less is left of them than of the
-- deployment's. Only requests of keys that have such limits come to a script that has this (routes.yaml).
local function limits(handle, h)
  local own = handle:streamInfo():dynamicMetadata():get("azproc")
  for what, limit, left, reset in string.gmatch(own and own["limits"] or "", "(%a+) (%d+) (%d+) (%d+)") do
    local theirs = number(h, "x-ratelimit-remaining-" .. what)
    if not theirs or theirs < 0 or tonumber(left) < theirs then
      h:replace("x-ratelimit-limit-" .. what, limit)
      h:replace("x-ratelimit-remaining-" .. what, left)
      h:replace("x-ratelimit-reset-" .. what, reset)
    end
  end
end
