package fakeazure

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// responsesRequest is what the fake understands of a Responses request.
type responsesRequest struct {
	Input           responsesInput  `json:"input"`
	Instructions    json.RawMessage `json:"instructions"`
	Stream          bool            `json:"stream"`
	MaxOutputTokens *int            `json:"max_output_tokens"`
	Temperature     *float64        `json:"temperature"`
	TopP            *float64        `json:"top_p"`
	PreviousID      *string         `json:"previous_response_id"`
	Background      bool            `json:"background"`
	Metadata        object          `json:"metadata"`
	User            *string         `json:"user"`
	Store           *bool           `json:"store"`
	Tools           []responsesTool `json:"tools"`
	ToolChoice      toolChoice      `json:"tool_choice"`
	ParallelTools   *bool           `json:"parallel_tool_calls"`
	Reasoning       struct {
		Effort  string `json:"effort"`
		Summary any    `json:"summary"`
	} `json:"reasoning"`
	Text struct {
		Format struct {
			Type   string          `json:"type"`
			Schema json.RawMessage `json:"schema"`
		} `json:"format"`
	} `json:"text"`
}

type responsesTool struct {
	Type string `json:"type"`
	toolSchema
}

// responsesInput is a text or a list of items.
type responsesInput struct {
	messages []chatMessage
	answered bool // the last item is a tool's output
}

func (in *responsesInput) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		in.messages = []chatMessage{{Role: "user"}}
		return json.Unmarshal(data, &in.messages[0].Content)
	}
	var items []struct {
		Type    string      `json:"type"`
		Role    string      `json:"role"`
		Content chatContent `json:"content"`
		Output  chatContent `json:"output"`
	}
	if err := json.Unmarshal(data, &items); err != nil {
		return err
	}
	for _, item := range items {
		switch item.Type {
		case "", "message":
			in.messages = append(in.messages, chatMessage{Role: item.Role, Content: item.Content})
			in.answered = false
		case "function_call_output":
			in.messages = append(in.messages, chatMessage{Role: "tool", Content: item.Output})
			in.answered = true
		}
	}
	return nil
}

func (c *call) responses() {
	var q responsesRequest
	wrong := c.decode(&q)
	if wrong == nil {
		wrong = c.refuseResponses(&q)
	}
	if wrong != nil {
		c.fail(wrong)
		return
	}
	r := c.responsesReply(&q)
	if q.Stream {
		c.streamResponses(&q, r)
		return
	}
	c.json(http.StatusOK, c.response(&q, r, "completed"))
}

func (c *call) refuseResponses(q *responsesRequest) *failure {
	if len(q.Input.messages) == 0 {
		return missing("input")
	}
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(c.body, &fields)
	for _, chat := range []string{"max_tokens", "max_completion_tokens", "messages", "n"} {
		if _, sent := fields[chat]; sent {
			return invalid(chat, "unknown_parameter", "Unknown parameter: '%s'.", chat)
		}
	}
	for _, m := range q.Input.messages {
		if c.azure() && strings.Contains(m.Content.text, FilterPrompt) {
			return filtered()
		}
	}
	row := rules(c.deployed.Model)
	effort := q.Reasoning.Effort
	switch samples := row.samples(effort); {
	case q.Temperature != nil && *q.Temperature != 1 && !samples:
		return unsupported("temperature")
	case q.TopP != nil && *q.TopP != 1 && !samples:
		return unsupported("top_p")
	case effort != "" && row.efforts == "":
		return unsupported("reasoning.effort")
	case effort != "" && !row.takesEffort(effort):
		return invalid("reasoning.effort", "unsupported_value", "Unsupported value: '%s' is not supported with the '%s' model. Supported values are: %s.",
			effort, c.deployed.replyModel(), quoted(strings.Fields(row.efforts)))
	case q.Stream && row.noStream:
		return invalid("stream", "unsupported_value", "Unsupported value: 'stream' does not support true with this model. Supported values are: false.")
	}
	return nil
}

func (c *call) responsesReply(q *responsesRequest) *reply {
	chat := &chatRequest{Messages: q.Input.messages}
	r := &reply{finish: "stop", prompt: chat.prompt(), reasoning: c.reasoning(q.Reasoning.Effort)}
	r.input = 3 + 3*len(q.Input.messages) + len(tokenize(r.prompt))
	if !q.Input.answered && q.ToolChoice.mode != "none" {
		var functions []toolSchema
		for _, tool := range q.Tools {
			if tool.Type == "function" {
				functions = append(functions, tool.toolSchema)
			}
		}
		if r.tool = pick(functions, q.ToolChoice.name); r.tool != nil {
			r.arguments = instance(r.tool.Parameters)
			return r
		}
	}
	r.text = echo(q.Input.messages)
	switch q.Text.Format.Type {
	case "json_schema":
		r.text = instance(q.Text.Format.Schema)
	case "json_object":
		r.text = string(encode(object{"answer": r.text}))
	}
	r.shape(nil, q.MaxOutputTokens, c.options.Chunks)
	return r
}

// response is the response object in a status; only a finished one has output
// and usage.
func (c *call) response(q *responsesRequest, r *reply, status string) object {
	whole := object{
		"id": c.id("resp_"), "object": "response", "created_at": c.created(), "status": status,
		"background": q.Background, "error": nil, "incomplete_details": nil, "instructions": q.Instructions,
		"max_output_tokens": q.MaxOutputTokens, "model": c.deployed.replyModel(), "output": []object{},
		"parallel_tool_calls": q.ParallelTools == nil || *q.ParallelTools, "previous_response_id": q.PreviousID,
		"reasoning":    object{"effort": c.effort(q), "summary": q.Reasoning.Summary},
		"service_tier": "default", "store": q.Store == nil || *q.Store, "temperature": or(q.Temperature, 1), "top_p": or(q.TopP, 1),
		"text":        object{"format": c.asSent("text", "format", object{"type": "text"})},
		"tool_choice": c.asSent("tool_choice", "", "auto"), "tools": c.asSent("tools", "", []any{}),
		"truncation": "disabled", "usage": nil, "user": q.User, "metadata": q.Metadata,
	}
	if q.Metadata == nil {
		whole["metadata"] = object{}
	}
	if c.azure() {
		whole["content_filters"] = nil
	}
	if status != "completed" {
		return whole
	}
	if r.finish == "length" {
		whole["status"] = "incomplete"
		whole["incomplete_details"] = object{"reason": "max_output_tokens"}
	}
	whole["output"] = c.outputItems(r)
	whole["usage"] = object{
		"input_tokens": r.input, "input_tokens_details": object{"cached_tokens": 0},
		"output_tokens": r.output(), "output_tokens_details": object{"reasoning_tokens": r.reasoning},
		"total_tokens": r.input + r.output(),
	}
	if c.azure() {
		whole["content_filters"] = []object{{
			"blocked": false, "source_type": "prompt", "content_filter_results": promptVerdicts("safe"),
		}, {
			"blocked": false, "source_type": "completion", "content_filter_results": answerVerdicts("safe"),
		}}
	}
	return whole
}

func (c *call) effort(q *responsesRequest) any {
	row := rules(c.deployed.Model)
	switch {
	case q.Reasoning.Effort != "":
		return q.Reasoning.Effort
	case row.defaultEffort != "":
		return row.defaultEffort
	}
	return nil
}

func or(value *float64, otherwise float64) float64 {
	if value == nil {
		return otherwise
	}
	return *value
}

// asSent repeats a field of the request in the answer, as the API does.
func (c *call) asSent(field, below string, otherwise any) any {
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(c.body, &fields)
	value := fields[field]
	if below != "" {
		var inner map[string]json.RawMessage
		_ = json.Unmarshal(value, &inner)
		value = inner[below]
	}
	if len(value) == 0 || slices.Equal(value, []byte("null")) {
		return otherwise
	}
	return value
}

// outputItems are the reasoning, if there was any, and the message or the call.
func (c *call) outputItems(r *reply) []object {
	items := []object{}
	if r.reasoning > 0 {
		items = append(items, object{"type": "reasoning", "id": c.id("rs_"), "summary": []any{}})
	}
	if r.tool != nil {
		return append(items, object{
			"type": "function_call", "id": c.id("fc_"), "call_id": c.id("call_"), "status": "completed",
			"name": r.tool.Name, "arguments": r.arguments,
		})
	}
	return append(items, object{
		"type": "message", "id": c.id("msg_"), "status": "completed", "role": "assistant",
		"content": []object{outputText(r.text)},
	})
}

func outputText(text string) object {
	return object{"type": "output_text", "text": text, "annotations": []any{}, "logprobs": []any{}}
}
