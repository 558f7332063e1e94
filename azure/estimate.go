package azure

import "strconv"

const (
	// bytesPerToken is what English text has; a prompt in another script has
	// fewer, down to one.
	bytesPerToken = 4
	// unsaidOutput is what is reserved for an answer whose length the request
	// does not limit, in tokens.
	unsaidOutput = 256
)

// Estimate is how many tokens a request will be counted with at most times, by
// what can be seen of it at no cost: a quarter of its bytes, and for each answer
// that it asks for the limit that it gives (max_completion_tokens, max_tokens,
// max_output_tokens; 256 without one). It is what Azure itself counts before it
// does the work ("Manage Azure OpenAI quota": the prompt's text and max_tokens).
// Operations that do not write text reserve for their input alone.
func (d *Doc) Estimate(op *Operation) int64 {
	tokens := int64(len(d.raw)+bytesPerToken-1) / bytesPerToken
	switch op {
	case OpChat, OpCompletions, OpResponses, OpMessages:
		out := int64(unsaidOutput)
		for _, k := range [...]key{keyMaxCompletionTokens, keyMaxTokens, keyMaxOutputTokens} {
			if n, ok := d.integer(k); ok {
				out = n
				break
			}
		}
		answers := int64(1)
		if n, ok := d.integer(keyN); ok {
			answers = min(n, 128)
		}
		tokens += out * answers
	}
	return tokens
}

// maxCount is the largest count that is believed: beyond any model's limit.
const maxCount = 1 << 32

// integer reads a top-level number that is a whole one above zero.
func (d *Doc) integer(k key) (int64, bool) {
	m := d.members[k]
	if !m.there() {
		return 0, false
	}
	text := d.text(m)
	if len(text) > 18 {
		return 0, false
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	return min(n, maxCount), err == nil && n > 0
}
