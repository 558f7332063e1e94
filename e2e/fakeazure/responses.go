package fakeazure

import (
	"encoding/json"
	"slices"
	"strconv"
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
	ServiceTier     string          `json:"service_tier"`
	Store           *bool           `json:"store"`
	Include         []string        `json:"include"`
	Conversation    conversationRef `json:"conversation"`
	Generate        *bool           `json:"generate"` // of the WebSocket: false only warms up
	Tools           []responsesTool `json:"tools"`
	ToolChoice      toolChoice      `json:"tool_choice"`
	ParallelTools   *bool           `json:"parallel_tool_calls"`
	Reasoning       struct {
		Effort  string `json:"effort"`
		Summary any    `json:"summary"`
		Older   any    `json:"generate_summary"` // its name before
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

func (c *call) responses() {
	var q responsesRequest
	if wrong := c.decode(&q); wrong != nil {
		c.fail(wrong)
		return
	}
	c.keep(func(m *memory) (any, *failure) {
		t, wrong := c.take(m, &q)
		switch {
		case wrong != nil:
			return nil, wrong
		case q.Stream:
			return t.events(), nil
		}
		return t.object(t.encrypted), nil
	})
}

// take makes the response that is asked for and keeps what has to be kept. A
// stream ends in a finished response, whether somebody reads it or not.
func (c *call) take(m *memory, q *responsesRequest) (*turn, *failure) {
	if wrong := c.refuseResponses(q); wrong != nil {
		return nil, wrong
	}
	past, wrong := c.pastOf(m, q)
	if wrong != nil {
		return nil, wrong
	}
	input, wrong := m.admit(q.Input.items, q.stored())
	if wrong != nil {
		return nil, wrong
	}
	turns := past.turns
	for _, item := range input {
		if item["type"] == "compaction" {
			turns += m.turnsOf(item)
		}
	}
	if wrong := unanswered(past.items, input); wrong != nil {
		return nil, wrong
	}
	t := c.newTurn(q, c.responsesReply(q, turns+1, past.tokens))
	t.n, t.past, t.input = turns+1, past.items, input
	if q.warmsUp() {
		t.n--
	}
	t.seal(m)
	t.begin(q)
	m.keepTurn(t, q.stored(), past.conversation)
	return t, nil
}

// warmsUp reports whether only the input is to be taken in, without an answer:
// the first frame of some WebSocket clients.
func (q *responsesRequest) warmsUp() bool { return q.Generate != nil && !*q.Generate }

func (q *responsesRequest) stored() bool { return q.Store == nil || *q.Store }

func (c *call) refuseResponses(q *responsesRequest) *failure {
	if len(q.Input.items) == 0 && !q.warmsUp() {
		return missing("input")
	}
	if wrong := c.refuseShape(responsesKnown); wrong != nil {
		return wrong
	}
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(c.body, &fields)
	for _, chat := range []string{"max_tokens", "max_completion_tokens", "messages", "n"} {
		if _, sent := fields[chat]; sent {
			return invalid(chat, "unknown_parameter", "Unknown parameter: '%s'.", chat)
		}
	}
	for _, m := range q.Input.messages() {
		if c.azure() && strings.Contains(m.Content.text, FilterPrompt) {
			return filtered()
		}
	}
	if q.Background && !q.stored() {
		return invalid("background", "invalid_value", "Background mode requires 'store' to be true.")
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

// responsesReply makes the answer of a turn. From the second on it says which
// one it is: proof that the ones before it are known.
func (c *call) responsesReply(q *responsesRequest, n, pastTokens int) *reply {
	messages := q.Input.messages()
	chat := &chatRequest{Messages: messages}
	r := &reply{finish: "stop", prompt: chat.prompt(), reasoning: c.reasoning(q.Reasoning.Effort)}
	r.input = pastTokens + 3 + 3*len(messages) + len(tokenize(r.prompt))
	answered := len(messages) > 0 && messages[len(messages)-1].Role == "tool"
	r.refused, r.failed = strings.Contains(r.prompt, RefuseAnswer), strings.Contains(r.prompt, FailAnswer)
	if q.summarizes() {
		r.summary = "Thinking about: " + lastOf(messages)
	}
	if !answered && !r.refused && q.ToolChoice.mode != "none" {
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
	if len(messages) > 0 {
		r.text = echo(messages)
	}
	if n > 1 {
		r.text += " (turn " + strconv.Itoa(n) + ")"
	}
	switch format := q.Text.Format.Type; {
	case r.refused:
		r.text = refusal
	case format == "json_schema":
		r.text = instance(q.Text.Format.Schema)
	case format == "json_object":
		r.text = string(encode(object{"answer": r.text}))
	}
	r.shape(nil, q.MaxOutputTokens, c.options.Chunks)
	return r
}

// summarizes reports whether a summary of the reasoning is asked for.
func (q *responsesRequest) summarizes() bool {
	return q.Reasoning.Summary != nil || q.Reasoning.Older != nil
}

// lastOf is what was said last.
func lastOf(messages []chatMessage) string {
	if len(messages) == 0 {
		return ""
	}
	return messages[len(messages)-1].Content.text
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
