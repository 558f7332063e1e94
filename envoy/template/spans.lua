-- What a span tells beside what Envoy knows (traces.yaml): what was asked for, and what it used.
local OPERATIONS = { {{- range $name, $said := .Operations }}[{{ quote $name }}] = {{ quote $said }}, {{ end -}} }

local function asked(handle)
  local m = handle:streamInfo():dynamicMetadata()
  local own = m:get("azproc")
  local op, model, key = match(own and own["asked"] or "", "^(.-)\30.-\30(.-)\30(.-)\30")
  if not op then return end
  m:set("azproc.span", "op", op)
  m:set("azproc.span", "operation", OPERATIONS[op] or op)
  if model ~= "" then m:set("azproc.span", "model", model) end
  if key ~= "" then m:set("azproc.span", "key", key) end
end

-- The largest that any window says: streams tell the same again, growing.
local function most(windows, ...)
  local n = 0
  for _, name in ipairs({...}) do
    for _, w in ipairs(windows) do
      local said = tonumber(match(w, '"' .. name .. '": ?(%d+)'))
      if said and said > n then n = said end
    end
  end
  return n
end

local function used(handle, windows)
  local input, output = most(windows, "prompt_tokens", "input_tokens"), most(windows, "completion_tokens", "output_tokens")
  -- Anthropic counts what it read from a cache and wrote to one beside the input.
  input = input + most(windows, "cache_read_input_tokens") + most(windows, "cache_creation_input_tokens")
  local m = handle:streamInfo():dynamicMetadata()
  if input > 0 then m:set("azproc.span", "input", tostring(input)) end
  if output > 0 then m:set("azproc.span", "output", tostring(output)) end
end

function envoy_on_request(handle) asked(handle) end

