package fakeazure

import (
	"cmp"
	"maps"
)

// turn is one response of the Responses API, from the request on.
type turn struct {
	id        string
	n         int // of its chain or conversation, from 1
	base      object
	reply     *reply
	past      []object // the items of the turns before
	input     []object // its own
	output    []object // complete, with encrypted content
	encrypted bool     // encrypted content was asked for
	azure     bool
	status    string
}

// newTurn makes the response to a request, finished.
func (c *call) newTurn(q *responsesRequest, r *reply) *turn {
	t := &turn{id: newID("resp_"), reply: r, azure: c.azure(), status: "completed", output: r.items()}
	for _, include := range q.Include {
		t.encrypted = t.encrypted || include == "reasoning.encrypted_content"
	}
	t.base = object{
		"id": t.id, "object": "response", "created_at": c.created(),
		"background": q.Background, "error": nil, "incomplete_details": nil, "instructions": q.Instructions,
		"max_output_tokens": q.MaxOutputTokens, "model": c.deployed.replyModel(),
		"parallel_tool_calls": q.ParallelTools == nil || *q.ParallelTools, "previous_response_id": q.PreviousID,
		"reasoning":    object{"effort": c.effort(q), "summary": q.Reasoning.Summary},
		"service_tier": cmp.Or(c.tier(q.ServiceTier), "default"), "store": q.stored(), "temperature": or(q.Temperature, 1), "top_p": or(q.TopP, 1),
		"text":        object{"format": c.asSent("text", "format", object{"type": "text"})},
		"tool_choice": c.asSent("tool_choice", "", "auto"), "tools": c.asSent("tools", "", []any{}),
		"truncation": "disabled", "usage": nil, "user": q.User, "metadata": q.Metadata,
	}
	if q.Metadata == nil {
		t.base["metadata"] = object{}
	}
	if q.Conversation.id != "" {
		t.base["conversation"] = object{"id": q.Conversation.id}
	}
	if t.azure {
		t.base["content_filters"] = nil
	}
	return t
}

// begin sets the status that the request sees: in the background a response
// only waits.
func (t *turn) begin(q *responsesRequest) {
	switch {
	case q.warmsUp():
		t.output = []object{}
	case q.Background && !q.Stream:
		t.status = "queued"
	}
}

// advance is what happens to a response in the background from one look to the
// next.
func (t *turn) advance() {
	switch t.status {
	case "queued":
		t.status = "in_progress"
	case "in_progress":
		t.status = "completed"
	}
}

// object is the response as it is now.
func (t *turn) object(encrypted bool) object { return t.in(t.status, encrypted) }

// in is the response in a status; only a finished one has output and usage.
func (t *turn) in(status string, encrypted bool) object {
	whole := maps.Clone(t.base)
	whole["status"], whole["output"] = status, []object{}
	if status != "completed" {
		return whole
	}
	r := t.reply
	if r.failed {
		whole["status"] = "failed"
		whole["error"] = object{"code": "server_error", "message": "The server had an error while processing your request. Sorry about that!"}
		return whole
	}
	if reason := incomplete[r.finish]; reason != "" {
		whole["status"] = "incomplete"
		whole["incomplete_details"] = object{"reason": reason}
	}
	whole["output"] = t.shown(encrypted)
	whole["usage"] = r.responsesUsage()
	if t.azure {
		whole["content_filters"] = []object{{
			"blocked": false, "source_type": "prompt", "content_filter_results": promptVerdicts("safe"),
		}, {
			"blocked": false, "source_type": "completion", "content_filter_results": answerVerdicts("safe"),
		}}
	}
	return whole
}

// incomplete are the reasons of a response that ends early, by the finish of a
// chat.
var incomplete = map[string]string{"length": "max_output_tokens", "content_filter": "content_filter"}

func (r *reply) responsesUsage() object {
	return object{
		"input_tokens": r.input, "input_tokens_details": object{"cached_tokens": 0},
		"output_tokens": r.output(), "output_tokens_details": object{"reasoning_tokens": r.reasoning},
		"total_tokens": r.input + r.output(),
	}
}

// items are the reasoning, if there was any, and the message or the call.
func (r *reply) items() []object {
	items := []object{}
	if r.reasoning > 0 {
		items = append(items, object{"type": "reasoning", "id": newID("rs_"), "summary": summaries(r.summary)})
	}
	if r.tool != nil {
		return append(items, object{
			"type": "function_call", "id": newID("fc_"), "call_id": newShortID("call_"), "status": "completed",
			"name": r.tool.Name, "arguments": r.arguments,
		})
	}
	status := "completed"
	if incomplete[r.finish] != "" {
		status = "incomplete"
	}
	return append(items, object{
		"type": "message", "id": newID("msg_"), "status": status, "role": "assistant",
		"content": []object{r.part(r.text)},
	})
}

// summaries are those of reasoning: one, or none when there is nothing in it.
func summaries(text string) []object {
	if text == "" {
		return []object{}
	}
	return []object{{"type": "summary_text", "text": text}}
}

// part is the content part of the answer with a text.
func (r *reply) part(text string) object {
	if r.refused {
		return object{"type": "refusal", "refusal": text}
	}
	return outputText(text)
}

func outputText(text string) object {
	return object{"type": "output_text", "text": text, "annotations": []any{}, "logprobs": []any{}}
}

// seal gives the reasoning its encrypted content.
func (t *turn) seal(m *memory) {
	for _, item := range t.output {
		if item["type"] == "reasoning" {
			item["encrypted_content"] = m.seal("thoughts of " + t.id)
		}
	}
}

// shown is the output as a client sees it: encrypted content only when asked
// for.
func (t *turn) shown(encrypted bool) []object {
	if encrypted {
		return t.output
	}
	shown := make([]object, len(t.output))
	for i, item := range t.output {
		shown[i] = plain(item)
	}
	return shown
}

func plain(item object) object {
	if item["type"] != "reasoning" || item["encrypted_content"] == nil {
		return item
	}
	without := maps.Clone(item)
	delete(without, "encrypted_content")
	return without
}
