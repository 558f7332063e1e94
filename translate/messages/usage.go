package messages

import (
	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/translate/chat"
)

// usage is what Anthropic counts: input without what the prompt's cache took or
// gave, and output with what was thought.
type usage struct {
	input, read, written, output, thought int64
}

// update takes what an event says; the counts are cumulative.
func (u *usage) update(v gjson.Result) {
	v.ForEach(func(k, v gjson.Result) bool {
		if v.Type == gjson.Null {
			return true
		}
		switch k.Str {
		case "input_tokens":
			u.input = v.Int()
		case "cache_read_input_tokens":
			u.read = v.Int()
		case "cache_creation_input_tokens":
			u.written = v.Int()
		case "output_tokens":
			u.output = v.Int()
		case "output_tokens_details":
			u.thought = v.Get("thinking_tokens").Int()
		}
		return true
	})
}

// chat gives it as OpenAI counts.
func (u *usage) chat() chat.Usage {
	return chat.Usage{
		Prompt: u.input + u.read + u.written, Cached: u.read, CacheWrite: u.written,
		Completion: u.output, Reasoning: u.thought,
	}
}
