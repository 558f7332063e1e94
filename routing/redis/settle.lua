-- Changes the tokens of a deployment's minute by what a request has really used.
--
-- KEYS: the deployment's hash. ARGV: the minute, and by how many tokens.
if redis.call("HGET", KEYS[1], "m") == ARGV[1] then
  if redis.call("HINCRBY", KEYS[1], "t", ARGV[2]) < 0 then redis.call("HSET", KEYS[1], "t", "0") end
end
return 1
