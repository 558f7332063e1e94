-- What azproc must know of an answer, told in metadata that the access log brings to it, so that no byte of an answer
-- goes there: the windows behind "usage", of which the first and the last count, with the model and the service tier that
-- the answer names beside them, and the beginning of an error.
-- Nothing is held back: a chunk is looked at and goes on. Only where azproc itself has asked for the usage of a stream, an
-- event that has come in part waits for its rest, and the one that has the usage never reaches the client.
jit.off() -- a coroutine for each answer is what LuaJIT's traces cannot follow: trying costs more than all else here
local WINDOW, ERROR, NEAR = 1024, 512, 4096
local find, match, gsub, sub, ceil, floor = string.find, string.match, string.gsub, string.sub, math.ceil, math.floor

-- The longest wait that a client is told (azure.MaxWait), and the longest that its SDK should sleep through by itself.
local LONGEST, LONGEST_RETRY = {{ .LongestWait }}, 60

-- A header as a number. get gives no value at all for a header that is not there, which tonumber does not take.
local function number(h, name)
  local v = h:get(name)
  return v and tonumber(v)
end

local function above(h, name)
  local n = number(h, name)
  if n and n > 0 then return n end
end

local MONTHS = {Jan = 13, Feb = 14, Mar = 3, Apr = 4, May = 5, Jun = 6, Jul = 7, Aug = 8, Sep = 9, Oct = 10, Nov = 11, Dec = 12}

-- How many seconds there are until an HTTP date (RFC 9110, 5.6.7: the one form that is still sent).
local function untilDate(s)
  local d, name, y, hour, min, sec = match(s, "^%a+, (%d+) (%a+) (%d+) (%d+):(%d+):(%d+) GMT$")
  local m = name and MONTHS[name]
  if not m then return end
  if m > 12 then y = y - 1 end -- a year begins in March, so that the leap day is its last
  local days = 365 * y + floor(y / 4) - floor(y / 100) + floor(y / 400) + floor((153 * m - 457) / 5) + d - 719469
  local left = ((days * 24 + hour) * 60 + min) * 60 + sec - os.time()
  if left > 0 then return left end
end

local UNITS = {h = 3600, m = 60, s = 1, ms = 0.001}

-- A limit's reset in seconds: a number at Azure, "6m0s" at OpenAI.
local function resetIn(s)
  local n, sum = tonumber(s), nil
  if n then return n end
  for amount, unit in string.gmatch(s, "([%d.]+)(%a+)") do
    amount, unit = tonumber(amount), UNITS[unit]
    if not amount or not unit then return end
    sum = (sum or 0) + amount * unit
  end
  return sum
end

-- Azure says how long to wait in three headers, or -1 and 0 where it does not know. Clients get numbers, and none that is
-- longer than anybody should wait.
local function wait(h)
  local after = h:get("retry-after")
  local s = above(h, "retry-after") or (after and untilDate(after))
  local ms = above(h, "retry-after-ms") or above(h, "x-ms-retry-after-ms") or (s and s * 1000)
  if ms then
    if ms > LONGEST * 1000 then ms = LONGEST * 1000 end
    h:replace("retry-after", tostring(ceil(ms / 1000)))
    h:replace("retry-after-ms", tostring(floor(ms)))
    if ms > LONGEST_RETRY * 1000 then h:replace("x-should-retry", "false") end
  else
    for _, name in ipairs({"retry-after", "retry-after-ms"}) do
      if h:get(name) then h:remove(name) end
    end
  end
  for _, name in ipairs({"x-ratelimit-limit-requests", "x-ratelimit-limit-tokens", "x-ratelimit-remaining-requests", "x-ratelimit-remaining-tokens"}) do
    if h:get(name) == "-1" then h:remove(name) end
  end
  for _, name in ipairs({"x-ratelimit-reset-requests", "x-ratelimit-reset-tokens"}) do
    local said = h:get(name)
    local reset = said and resetIn(said)
    if reset and reset >= 0 then
      h:replace(name, tostring(ceil(reset < LONGEST and reset or LONGEST)))
    elseif said then
      h:remove(name)
    end
  end
end

-- The events of a text that are complete, but for the one that has the usage and no choices; and what is left of it.
local function hidden(s)
  local out, pos = {}, 1
  while true do
    local _, e = find(s, "\n\n", pos, true)
    local _, crlf = find(s, "\r\n\r\n", pos, true)
    if crlf and (not e or crlf < e) then e = crlf end
    if not e then return table.concat(out), sub(s, pos) end
    local event = sub(s, pos, e)
    if not (find(event, '"usage": ?{') and find(event, '"choices": ?%[%]')) then out[#out + 1] = event end
    pos = e + 1
  end
end

-- Whether two keys, of which the second stands behind the first and not far from it, are of one object: what opens between
-- them closes there.
local function beside(s, first, second)
  if second - first > NEAR then return false end
  local open = gsub(gsub(gsub(sub(s, first, second - 1), "\\.", ""), '"[^"]*"', ""), "[^{}%[%]]+", "")
  return gsub(gsub(open, "%b{}", ""), "%b[]", "") == ""
end

-- The text that a key has in the object whose usage stands at p; a short one, for a model or a tier. Keys are looked for
-- from a place on, and within a text there are none, as its quotes are escaped. A chat completion has none but its own;
-- a response repeats what its client has sent along (metadata, tools), and so may have others.
local function said(s, key, from, p, echoes)
  local k, e = find(s, key, from, true)
  while e do
    local v = match(s, '^ ?"([^"%c]+)"', e + 1)
    if v and (not echoes or k < p and beside(s, k, p) or k > p and beside(s, p, k)) then return sub(v, 1, 100) end
    k, e = find(s, key, e + 1, true)
  end
end

{{ include "socket.lua" . }}
{{ if .Traces }}{{ include "spans.lua" . }}{{ end -}}
{{- if .Limits }}
{{ include "limits.lua" . }}
{{- end }}

function envoy_on_response(handle)
  {{- if .Traces }}
  asked(handle) -- of an answer of azproc's own too, which no request comes to here
  {{- end }}
  local h = handle:headers()
  local status = number(h, ":status") or 0
  if status == 101 then return socket(handle) end
  local failed = status >= 400
  if failed then h:remove("x-envoy-ratelimited") end -- refused.lua's
  if status == {{ .StatusRefused }} then -- a refusal that nobody else could be asked about
    status = 400
    h:replace(":status", "400")
  end
  if failed or h:get("x-ratelimit-remaining-tokens") == "-1" or h:get("x-ratelimit-remaining-requests") == "-1" then wait(h) end
  {{- if .Limits }}
  if not failed then limits(handle, h) end
  {{- end }}
  if h:get("content-encoding") or status < 200 then return end
  local kind = h:get("content-type") or ""
  local sse = find(kind, "text/event-stream", 1, true)
  if not failed and not sse and not find(kind, "json", 1, true) then return end
  local ours = sse and not failed and handle:streamInfo():dynamicMetadata():get("azproc")
  local hide, hold = ours and ours["hide"], ""
  local carry, windows, cut, err, erring, model, tier = "\n", {}, nil, "", failed, nil, nil
  for chunk in handle:bodyChunks() do
    local n = chunk:length()
    if n > 0 then
      if failed then
        if #err < ERROR then err = err .. chunk:getBytes(0, n < ERROR and n or ERROR) end
      else
        local s = chunk:getBytes(0, n)
        if cut and #windows[cut] < WINDOW then windows[cut] = windows[cut] .. sub(s, 1, WINDOW - #windows[cut]) end
        if erring and #err < ERROR then err = err .. sub(s, 1, ERROR - #err) end
        local j = carry .. s
        local p = find(j, '"usage":{', 1, true) or find(j, '"usage": {', 1, true)
        while p do
          local i, whole = (#windows < 2) and #windows + 1 or 2, match(j, "^[^{]*%b{}", p)
          windows[i], cut = sub(whole or j, whole and 1 or p, whole and WINDOW or p + WINDOW - 1), not whole and i or nil
          local from = sse and match(sub(j, 1, p), "^.*\n()") or 1 -- in a stream it is this event's word that counts
          local echoes = find(windows[i], '"input_tokens"', 1, true)
          model, tier = model or said(j, '"model":', from, p, echoes), said(j, '"service_tier":', from, p, echoes) or tier
          p = find(j, '"usage":{', p + 9, true)
        end
        if sse and not erring then
          p = find(j, '"error":{', 1, true) or find(j, '"error": {', 1, true) or find(j, '\nevent: e', 1, true) -- rror: a flat one
          if p then
            erring = true
            err = sub(j, p, p + ERROR - 1)
          end
        end
        carry = sub(j, -8) -- one less than the patterns: nothing is found twice
        if hide and (hold ~= "" or #windows > 0 or sub(s, -2) ~= "\n\n") then
          s, hold = hidden(hold .. s)
          if sub(hold, 1, 12) == "data: [DONE]" then s, hold, hide = s .. hold, "", nil end -- the end, which not every service ends with a blank line
          chunk:setBytes(s)
        end
      end
    end
  end
  if #windows == 0 and err == "" then return end
  {{- if .Traces }}
  used(handle, windows)
  {{- end }}
  local m = handle:streamInfo():dynamicMetadata() -- fetched after the last chunk, as Envoy wants it
  m:set("azproc.answer", "told", (windows[1] or "") .. "\30" .. (windows[2] or "") .. "\30" .. (model or "") .. "\30" .. (tier or "") .. "\30" .. sub(err, 1, ERROR))
end
