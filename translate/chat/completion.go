package chat

import (
	"encoding/json"
	"strconv"
)

// FinishReason says why an answer ended.
type FinishReason string

// The reasons.
const (
	FinishStop          FinishReason = "stop"
	FinishLength        FinishReason = "length"
	FinishToolCalls     FinishReason = "tool_calls"
	FinishContentFilter FinishReason = "content_filter"
	// FinishFunctionCall is of clients that know functions and no tools.
	FinishFunctionCall FinishReason = "function_call"
)

// Usage is what an answer cost, in tokens.
type Usage struct {
	// Prompt are all tokens of the request, those from a cache too; Cached are
	// those of them that were read from a cache, CacheWrite those written to one.
	Prompt, Cached, CacheWrite int64
	// Completion are all tokens of the answer; Reasoning are those of them that
	// nobody sees.
	Completion, Reasoning int64
}

// Append appends the object usage.
func (u Usage) Append(dst []byte) []byte {
	for _, f := range [...]struct {
		before string
		n      int64
	}{
		{`{"prompt_tokens":`, u.Prompt},
		{`,"completion_tokens":`, u.Completion},
		{`,"total_tokens":`, u.Prompt + u.Completion},
		{`,"prompt_tokens_details":{"cached_tokens":`, u.Cached},
		{`,"cache_write_tokens":`, u.CacheWrite},
		{`},"completion_tokens_details":{"reasoning_tokens":`, u.Reasoning},
	} {
		dst = append(dst, f.before...)
		dst = strconv.AppendInt(dst, f.n, 10)
	}
	return append(dst, "}}"...)
}

// ToolCall is one call of a tool: ID and Name are JSON strings, Arguments is a JSON
// string that holds JSON, or any text where the tool is a custom one.
type ToolCall struct {
	ID, Name, Arguments []byte
	Custom              bool
}

// append appends the call as an element of tool_calls.
func (t *ToolCall) append(dst []byte) []byte {
	kind, argument := "function", "arguments"
	if t.Custom {
		kind, argument = "custom", "input"
	}
	dst = append(dst, `{"id":`...)
	dst = append(dst, t.ID...)
	dst = append(dst, `,"type":"`...)
	dst = append(dst, kind...)
	dst = append(dst, `","`...)
	dst = append(dst, kind...)
	dst = append(dst, `":{"name":`...)
	dst = append(dst, t.Name...)
	dst = append(dst, `,"`...)
	dst = append(dst, argument...)
	dst = append(dst, `":`...)
	dst = append(dst, t.Arguments...)
	return append(dst, "}}"...)
}

// Member is a member of the message that is no part of OpenAI's API. Name is plain
// text.
type Member struct {
	Name  string
	Value []byte
}

// Completion is a whole answer.
type Completion struct {
	// ID, Model and Created are plain text and Unix seconds.
	ID, Model string
	Created   int64
	// Text and Refusal are JSON strings; nil is null.
	Text, Refusal []byte
	// Members stand in the message beside them.
	Members   []Member
	ToolCalls []ToolCall
	// Logprobs is the array of the text's tokens.
	Logprobs []byte
	Finish   FinishReason
	// ServiceTier is a JSON string.
	ServiceTier []byte
	Usage       Usage
}

// Append appends the completion.
func (c *Completion) Append(dst []byte) []byte {
	dst = append(dst, `{"id":`...)
	dst = Quote(dst, c.ID)
	dst = append(dst, `,"object":"chat.completion","created":`...)
	dst = strconv.AppendInt(dst, c.Created, 10)
	dst = append(dst, `,"model":`...)
	dst = Quote(dst, c.Model)
	dst = append(dst, `,"choices":[{"index":0,"message":{"role":"assistant","content":`...)
	dst = orNull(dst, c.Text)
	dst = append(dst, `,"refusal":`...)
	dst = orNull(dst, c.Refusal)
	for _, m := range c.Members {
		dst = append(dst, ',')
		dst = Quote(dst, m.Name)
		dst = append(dst, ':')
		dst = append(dst, m.Value...)
	}
	for i := range c.ToolCalls {
		if i == 0 {
			dst = append(dst, `,"tool_calls":[`...)
		} else {
			dst = append(dst, ',')
		}
		dst = c.ToolCalls[i].append(dst)
	}
	if len(c.ToolCalls) > 0 {
		dst = append(dst, ']')
	}
	dst = append(dst, `},"logprobs":`...)
	dst = appendLogprobs(dst, c.Logprobs)
	dst = append(dst, `,"finish_reason":"`...)
	dst = append(dst, c.Finish...)
	dst = append(dst, `"}]`...)
	dst = appendTier(dst, c.ServiceTier)
	dst = append(dst, `,"usage":`...)
	dst = c.Usage.Append(dst)
	return append(dst, '}')
}

// appendLogprobs appends the member logprobs of a choice, of the tokens of a text.
func appendLogprobs(dst, tokens []byte) []byte {
	if tokens == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, `{"content":`...)
	dst = append(dst, tokens...)
	return append(dst, `,"refusal":null}`...)
}

// appendTier appends the member service_tier, if there is a value.
func appendTier(dst, tier []byte) []byte {
	if tier == nil {
		return dst
	}
	dst = append(dst, `,"service_tier":`...)
	return append(dst, tier...)
}

func orNull(dst, value []byte) []byte {
	if value == nil {
		return append(dst, "null"...)
	}
	return append(dst, value...)
}

// Quote appends plain text as a JSON string.
func Quote(dst []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			quoted, err := json.Marshal(text)
			if err != nil { // strings always marshal
				return append(dst, `""`...)
			}
			return append(dst, quoted...)
		}
	}
	dst = append(dst, '"')
	dst = append(dst, text...)
	return append(dst, '"')
}

// Join appends JSON strings as one: their texts one behind the other. nil is no text.
func Join(dst []byte, texts ...[]byte) []byte {
	dst = append(dst, '"')
	for _, t := range texts {
		if len(t) > 2 {
			dst = append(dst, t[1:len(t)-1]...)
		}
	}
	return append(dst, '"')
}
