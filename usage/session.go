package usage

import (
	"strings"

	"github.com/tidwall/gjson"
)

// Part is what a session over a WebSocket has used of one model. Model is as its answers
// name it, "" where they name none.
type Part struct {
	Model  string
	Tokens Tokens
}

// ParseSession reads what the script in Envoy has summed up of a session's answers: an
// object usage for each model.
func ParseSession(told string) []Part {
	const mark = `"usage":`
	var parts []Part
	for rest := told; ; {
		at := strings.LastIndex(rest, mark)
		if at < 0 {
			return parts
		}
		if t, ok := parse(rest[at:]); ok {
			parts = append(parts, Part{gjson.Get(rest[at+len(mark):], "model").Str, t})
		}
		rest = rest[:at]
	}
}

// Sum are the tokens of all parts; ok is false where there is none.
func Sum(parts []Part) (t Tokens, ok bool) {
	for i := range parts {
		for _, c := range counts {
			*c.of(&t) += *c.of(&parts[i].Tokens)
		}
		t.Milliseconds += parts[i].Tokens.Milliseconds
	}
	return t, len(parts) > 0
}
