package chat

import "strconv"

// Chunks writes the chunks of one stream. Every method appends whole events to
// dst.
type Chunks struct {
	// ID, Model and Created are the same in every chunk; ID and Model are plain
	// text, Created is in Unix seconds.
	ID, Model string
	Created   int64
	// ServiceTier is the same in every chunk from the one on in which it is known: a
	// JSON string.
	ServiceTier []byte

	begun bool
}

// head appends the beginning of a chunk, up to the choice's delta.
func (c *Chunks) head(dst []byte) []byte {
	dst = append(dst, `data: {"id":`...)
	dst = Quote(dst, c.ID)
	dst = append(dst, `,"object":"chat.completion.chunk","created":`...)
	dst = strconv.AppendInt(dst, c.Created, 10)
	dst = append(dst, `,"model":`...)
	return appendTier(Quote(dst, c.Model), c.ServiceTier)
}

// delta appends a chunk up to the inside of its delta, and before the first one
// that which has the role.
func (c *Chunks) delta(dst []byte) []byte {
	return append(c.head(c.Begin(dst)), deltaStart...)
}

const (
	deltaStart = `,"choices":[{"index":0,"delta":{`
	deltaEnd   = "},\"logprobs\":null,\"finish_reason\":null}]}\n\n"
)

// Begun is whether a chunk has been written.
func (c *Chunks) Begun() bool { return c.begun }

// Begin appends the first chunk, which has the role and no text, as OpenAI's first
// one. It does nothing when there was one; every other method begins by it.
func (c *Chunks) Begin(dst []byte) []byte {
	if c.begun {
		return dst
	}
	c.begun = true
	dst = append(c.head(dst), deltaStart...)
	dst = append(dst, `"role":"assistant","content":"","refusal":null`...)
	return append(dst, deltaEnd...)
}

// member appends a chunk whose delta has one member.
func (c *Chunks) member(dst []byte, name string, value []byte) []byte {
	dst = append(c.delta(dst), name...)
	dst = append(dst, value...)
	return append(dst, deltaEnd...)
}

// Text appends a piece of the answer's text.
func (c *Chunks) Text(dst, text []byte) []byte { return c.member(dst, `"content":`, text) }

// TextLogprobs appends a piece of the answer's text with the array of its tokens.
func (c *Chunks) TextLogprobs(dst, text, tokens []byte) []byte {
	dst = append(c.delta(dst), `"content":`...)
	dst = append(dst, text...)
	dst = append(dst, `},"logprobs":`...)
	dst = appendLogprobs(dst, tokens)
	return append(dst, ",\"finish_reason\":null}]}\n\n"...)
}

// Refusal appends a piece of a refusal.
func (c *Chunks) Refusal(dst, text []byte) []byte { return c.member(dst, `"refusal":`, text) }

// Reasoning appends a piece of what the model thought: reasoning_content, the name
// that DeepSeek has given it and that LiteLLM's clients know.
func (c *Chunks) Reasoning(dst, text []byte) []byte {
	return c.member(dst, `"reasoning_content":`, text)
}

// Member appends a chunk whose delta has a member that is no part of OpenAI's API,
// such as LiteLLM's thinking_blocks. name is plain text.
func (c *Chunks) Member(dst []byte, name string, value []byte) []byte {
	dst = Quote(c.delta(dst), name)
	dst = append(dst, ':')
	dst = append(dst, value...)
	return append(dst, deltaEnd...)
}

// ToolCall begins the call of a tool; index counts the calls of the answer from 0.
func (c *Chunks) ToolCall(dst []byte, index int, id, name []byte) []byte {
	dst = append(c.delta(dst), `"tool_calls":[{"index":`...)
	dst = strconv.AppendInt(dst, int64(index), 10)
	dst = append(dst, `,"id":`...)
	dst = append(dst, id...)
	dst = append(dst, `,"type":"function","function":{"name":`...)
	dst = append(dst, name...)
	dst = append(dst, `,"arguments":""}}]`...)
	return append(dst, deltaEnd...)
}

// Arguments appends a piece of a call's arguments: a JSON string that holds a piece
// of JSON.
func (c *Chunks) Arguments(dst []byte, index int, text []byte) []byte {
	dst = append(c.delta(dst), `"tool_calls":[{"index":`...)
	dst = strconv.AppendInt(dst, int64(index), 10)
	dst = append(dst, `,"function":{"arguments":`...)
	dst = append(dst, text...)
	dst = append(dst, `}}]`...)
	return append(dst, deltaEnd...)
}

// CustomToolCall begins the call of a custom tool, as ToolCall does that of a
// function.
func (c *Chunks) CustomToolCall(dst []byte, index int, id, name []byte) []byte {
	dst = append(c.delta(dst), `"tool_calls":[{"index":`...)
	dst = strconv.AppendInt(dst, int64(index), 10)
	dst = append(dst, `,"id":`...)
	dst = append(dst, id...)
	dst = append(dst, `,"type":"custom","custom":{"name":`...)
	dst = append(dst, name...)
	dst = append(dst, `,"input":""}}]`...)
	return append(dst, deltaEnd...)
}

// Input appends a piece of what a custom tool is called with: a JSON string.
func (c *Chunks) Input(dst []byte, index int, text []byte) []byte {
	dst = append(c.delta(dst), `"tool_calls":[{"index":`...)
	dst = strconv.AppendInt(dst, int64(index), 10)
	dst = append(dst, `,"custom":{"input":`...)
	dst = append(dst, text...)
	dst = append(dst, `}}]`...)
	return append(dst, deltaEnd...)
}

// Finish appends the chunk that says why the answer ended.
func (c *Chunks) Finish(dst []byte, reason FinishReason) []byte {
	dst = append(c.delta(dst), `},"logprobs":null,"finish_reason":"`...)
	dst = append(dst, reason...)
	return append(dst, "\"}]}\n\n"...)
}

// Usage appends the chunk that has no choices and says what the answer cost.
func (c *Chunks) Usage(dst []byte, u Usage) []byte {
	dst = append(c.head(dst), `,"choices":[],"usage":`...)
	dst = u.Append(dst)
	return append(dst, "}\n\n"...)
}

// Done appends the end of a stream that was not broken off.
func Done(dst []byte) []byte { return append(dst, "data: [DONE]\n\n"...) }
