-- What a WebSocket uses: the sum of what the events of its server tell, for each model that they name, in the form of
-- "usage". Only the first bytes of a message are read, and all of those that may tell something; nothing is held back or
-- changed. A frame of a server is not masked (RFC 6455, 5.1), and no extension is agreed upon, as listener.yaml takes away
-- what clients offer.
local byte, gsub, min = string.byte, string.gsub, math.min

-- The events that end an answer: of the realtime API, of its transcriptions, and of Responses.
local ENDS = {["response.done"] = true, ["conversation.item.input_audio_transcription.completed"] = true,
  ["response.completed"] = true, ["response.incomplete"] = true, ["response.failed"] = true}
-- How much of a message is read to find its type at its beginning, and the longest object that is read. What stands in two
-- pieces is found by the end of the first: it is one byte shorter than the longest type.
local BEGINNING, OBJECT, CARRY = 160, 2048, 55

-- What is summed up, and how it is told.
local KINDS = {"input_tokens", "input_token_details.cached_tokens", "input_token_details.cache_write_tokens",
  "input_token_details.audio_tokens", "input_token_details.image_tokens", "input_token_details.cached_token_details.audio_tokens",
  "output_tokens", "output_token_details.reasoning_tokens", "output_token_details.audio_tokens", "output_token_details.image_tokens", "seconds"}
local SUM = '"usage":{"model":"%s","input_tokens":%.0f,"input_tokens_details":{"cached_tokens":%.0f,"cache_write_tokens":%.0f,' ..
  '"audio_tokens":%.0f,"image_tokens":%.0f,"cached_tokens_details":{"audio_tokens":%.0f}},' ..
  '"output_tokens":%.0f,"output_tokens_details":{"reasoning_tokens":%.0f,"audio_tokens":%.0f,"image_tokens":%.0f},"seconds":%.3f}'

-- The type of an event, where it stands at the beginning.
local function typeOf(s)
  return match(s, '^{%s*"type"%s*:%s*"([%w_.]+)"') or
    match(s, '^{%s*"event_id"%s*:%s*"[%w_]*"%s*,%s*"type"%s*:%s*"([%w_.]+)"')
end

-- The numbers of a whole object "usage" by their path, nothing of another one. Responses say tokens_details.
local function numbersOf(s)
  local pos = match(s, '^"usage"%s*:%s*{()')
  local paths, found = {""}, nil
  while pos do
    local name, at = match(s, '^[%s,]*"([%w_]+)"%s*:%s*()', pos)
    if not name then -- the end of an object, or nothing that is understood
      pos = match(s, "^%s*}()", pos)
      if pos and #paths == 1 then return found end
      paths[#paths] = nil
    elseif sub(s, at, at) == "{" then
      paths[#paths + 1] = paths[#paths] .. gsub(name, "tokens_details", "token_details") .. "."
      pos = at + 1
    else
      local value, after = match(s, "^([%w.+-]+)()", at) -- a number, true, null
      if value and find(value, "^%d") then
        found = found or {}
        found[paths[#paths] .. name] = tonumber(value)
      end
      pos = after or match(s, '^"[^"]*"()', at) or match(s, "^%b[]()", at)
    end
  end
end

-- A piece of a message: whether it is an event that ends an answer, the model that it names, and the last usage in it.
local function read(m, s)
  if m.open and #m.open < OBJECT then m.open = m.open .. sub(s, 1, OBJECT - #m.open) end
  s = m.carry .. s
  for name in pairs(m.ends and {} or ENDS) do
    if find(s, '"' .. name .. '"', 1, true) then m.ends = true end
  end
  local p = not m.model and find(s, '"model"', 1, true)
  if p then m.model = match(s, '^"model"%s*:%s*"([%w._/:-]+)"', p) end
  p = find(s, '"usage"', 1, true)
  while p do -- one that stands in the carry is opened again, as the same
    m.last = m.open and numbersOf(m.open) or m.last
    m.open = sub(s, p, p + OBJECT - 1)
    p = find(s, '"usage"', p + 7, true)
  end
  m.carry = sub(s, -CARRY)
end

-- Adds what a message has told to the sums, and tells them: the session may end without another word.
local function add(handle, sums, m)
  local told = m and m.ends and m.open and (numbersOf(m.open) or m.last)
  if not told then return end
  local model = m.model or ""
  if not sums[model] then
    sums[model] = {}
    sums[#sums + 1] = model
  end
  for i, kind in ipairs(KINDS) do sums[model][i] = (sums[model][i] or 0) + (told[kind] or 0) end
  local all = {}
  for i, name in ipairs(sums) do all[i] = string.format(SUM, name, unpack(sums[name])) end
  handle:streamInfo():dynamicMetadata():set("azproc.answer", "told", table.concat(all))
end

-- How long the header of a frame is whose beginning is known.
local function headerSize(head)
  local b = byte(head, 2) -- nil is not there yet
  return (b == 126 and 4) or (b == 127 and 10) or 2
end

local function socket(handle)
  local sums, message = {}, nil -- a message of text while it comes, in one frame or several
  local head, left, final = "", nil, false -- a frame: its header as far as it has come, or how much of its payload is to come
  local kind
  for chunk in handle:bodyChunks() do
    local n, at = chunk:length(), 0
    while at < n do
      if not left then
        local take = min(headerSize(head) - #head, n - at)
        head, at = head .. chunk:getBytes(at, take), at + take
        if #head >= 2 and #head == headerSize(head) then
          local first, length = byte(head, 1, 2)
          if length > 127 or first % 128 > 15 then return end -- masked, or of an extension that nobody has asked for
          if #head > 2 then length = 0 end
          for i = 3, #head do length = length * 256 + byte(head, i) end
          kind, final, head, left = first % 16, first > 127, "", length
          if kind == 1 or kind == 2 then message = kind == 1 and {} or nil end
        end
      else
        local take = min(left, n - at)
        if message and kind < 8 and not message.skip then -- 8 and above may stand between the frames of a message
          if not message.carry then
            local name = typeOf(chunk:getBytes(at, min(take, BEGINNING)))
            message.carry, message.ends = "", name and ENDS[name]
            message.skip = name and not message.ends
          end
          if not message.skip then read(message, chunk:getBytes(at, take)) end
        end
        at, left = at + take, left - take
      end
      if left == 0 then
        left = nil
        if final and kind < 8 then
          add(handle, sums, message)
          message = nil
        end
      end
    end
  end
end
