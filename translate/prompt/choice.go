package prompt

import (
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// message appends a choice of a whole answer, but for its closing brace.
func message(dst []byte, index int64, c gjson.Result) ([]byte, error) {
	dst = begin(dst, index)
	dst = append(dst, `,"message":{"role":"assistant","content":"`...)
	dst = append(dst, trimmed(c.Get("text"))...)
	dst = append(dst, `","refusal":null}`...)
	return rest(dst, c), nil
}

// delta appends a choice of a chunk, but for its closing brace. The first one of
// each answer has the role.
func (a *answer) delta(dst []byte, index int64, c gjson.Result) ([]byte, error) {
	for int64(len(a.choices)) <= index {
		a.choices = append(a.choices, choice{})
	}
	state := &a.choices[index]
	words := ""
	if text := c.Get("text"); state.spoken && text.Type == gjson.String {
		words = text.Raw[1 : len(text.Raw)-1]
	} else if !state.spoken {
		words = trimmed(text)
		state.spoken = words != ""
	}
	if reason := c.Get("finish_reason"); reason.Exists() && reason.Type != gjson.Null {
		state.finished = true
	}
	dst = begin(dst, index)
	dst = append(dst, `,"delta":{`...)
	if !state.begun {
		dst = append(dst, `"role":"assistant","content":"`...)
		dst = append(dst, words...)
		dst = append(dst, `","refusal":null`...)
		state.begun = true
	} else if words != "" {
		dst = append(dst, `"content":"`...)
		dst = append(dst, words...)
		dst = append(dst, '"')
	}
	return rest(append(dst, '}'), c), nil
}

func begin(dst []byte, index int64) []byte {
	return strconv.AppendInt(append(dst, `{"index":`...), index, 10)
}

// rest appends the members of a choice that are not its text.
func rest(dst []byte, c gjson.Result) []byte {
	reason := "null"
	dst = append(dst, `,"logprobs":`...)
	dst = logprobs(dst, c.Get("logprobs"))
	c.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "index", "text", "logprobs":
		case "finish_reason":
			reason = value.Raw
		default:
			dst = append(dst, ',')
			dst = append(dst, key.Raw...)
			dst = append(dst, ':')
			dst = append(dst, value.Raw...)
		}
		return true
	})
	dst = append(dst, `,"finish_reason":`...)
	return append(dst, reason...)
}

// trimmed is a text without the blanks that it begins with, between its quotes: the
// prompt ends with a colon, so that the model's first word has one before it.
func trimmed(text gjson.Result) string {
	if text.Type != gjson.String {
		return ""
	}
	s := text.Raw[1 : len(text.Raw)-1]
	for {
		was := len(s)
		for _, blank := range [...]string{" ", `\n`, `\r`, `\t`} {
			s = strings.TrimPrefix(s, blank)
		}
		if len(s) == was {
			return s
		}
	}
}

// logprobs appends the token probabilities in the form that chat has: a list of
// tokens, where completions has lists beside each other.
func logprobs(dst []byte, from gjson.Result) []byte {
	tokens := from.Get("tokens")
	if !tokens.IsArray() {
		return append(dst, "null"...)
	}
	chosen, others := from.Get("token_logprobs").Array(), from.Get("top_logprobs").Array()
	dst = append(dst, `{"content":[`...)
	for i, token := range tokens.Array() {
		if i > 0 {
			dst = append(dst, ',')
		}
		p := gjson.Result{}
		if i < len(chosen) {
			p = chosen[i]
		}
		dst = append(probability(dst, token, p), `,"top_logprobs":[`...)
		if i < len(others) && others[i].IsObject() {
			first := true
			others[i].ForEach(func(token, p gjson.Result) bool {
				if !first {
					dst = append(dst, ',')
				}
				first = false
				dst = append(probability(dst, token, p), '}')
				return true
			})
		}
		dst = append(dst, `]}`...)
	}
	return append(dst, `],"refusal":null}`...)
}

// probability appends the object of a token, but for its closing brace. The API has
// no number for the first token of an echo; -9999 is what chat says for none.
func probability(dst []byte, token, p gjson.Result) []byte {
	dst = append(dst, `{"token":`...)
	dst = append(dst, token.Raw...)
	dst = append(dst, `,"logprob":`...)
	if p.Type == gjson.Number {
		dst = append(dst, p.Raw...)
	} else {
		dst = append(dst, "-9999.0"...)
	}
	return append(dst, `,"bytes":null`...)
}
