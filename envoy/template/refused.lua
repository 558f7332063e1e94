-- Asks another group's deployments when one refuses a prompt: because it is too long, or because of its content filter.
-- Envoy can go on to another deployment by an answer's status alone, and which refusals there are stands in the body of a
-- 400. So for requests that have such a fallback a 400 is read here, before the router sees it; a refusal gets a status of
-- its own, at which the router goes on, and the plan goes on with the next group that azproc has named.
local WORDS = {
{{- range .Refusals }}
  {"{{ . }}", { {{ lua .Words }} }},
{{- end }}
}
local MOST = 65536 -- of a body that is read, in bytes

function envoy_on_request(handle)
  local md = handle:streamInfo():dynamicMetadata()
  if md:get("azproc.refused") then md:set("azproc.refused", "attempt", tonumber(handle:headers():get("x-envoy-attempt-count")) or 1) end
end

-- Which refusal a body is.
local function refusal(text)
  for _, kind in ipairs(WORDS) do
    for _, word in ipairs(kind[2]) do
      if string.find(text, word, 1, true) then return kind[1] end
    end
  end
end

function envoy_on_response(handle)
  local status = tonumber(handle:headers():get(":status")) or 0
  if status < 400 then return end
  local refused = handle:streamInfo():dynamicMetadata():get("azproc.refused")
  if not refused then return end
  local kind
  if status == 400 and (tonumber(handle:headers():get("content-length") or 0) or 0) < MOST then
    local body = handle:body()
    kind = body and refusal(body:getBytes(0, body:length()))
  end
  -- Everything anew: reading the body has let go of it.
  local headers, md = handle:headers(), handle:streamInfo():dynamicMetadata()
  refused = md:get("azproc.refused")
  local attempt, groups = refused["attempt"], kind and refused[kind]
  if not groups or #groups == 0 then
    -- The retries of this request are as many as refusals may need: a failure of the last deployment ends it.
    local plan = md:get("azproc.plan")["priority_groups"]
    if attempt >= #plan - 1 then headers:replace("x-envoy-ratelimited", "true") end
    return
  end
  local plan, later = {}, {}
  local nowhere = {name = "unplanned", clusters = { {cluster_name = "unplanned", weight = 1} }}
  for i = 1, attempt do plan[i] = nowhere end
  for i, group in ipairs(groups) do
    for _, deployment in ipairs(group["priority_groups"]) do plan[#plan + 1] = deployment end
    if i > 1 then later[#later + 1] = group end
  end
  plan[#plan + 1] = nowhere
  md:set("azproc.plan", "priority_groups", plan)
  md:set("azproc.refused", kind, later)
  headers:replace(":status", "{{ .StatusRefused }}")
end
