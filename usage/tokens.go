package usage

import (
	"strconv"
	"strings"
)

// Tokens are what one answer says that it used.
type Tokens struct {
	Input, Output int64
}

// Total is both together.
func (t Tokens) Total() int64 { return t.Input + t.Output }

// The names of the counts in the objects named usage: of chat completions,
// completions and embeddings, and of Responses and Anthropic's messages.
var (
	inputNames  = []string{"prompt_tokens", "input_tokens"}
	outputNames = []string{"completion_tokens", "output_tokens"}
)

// Parse reads the windows behind "usage" in an answer: the first and the last
// that it has, each cut after some hundred bytes. Of each count the largest is
// right, as streams tell the same again and again, growing. ok is false when
// there is nothing to read.
func Parse(windows ...string) (t Tokens, ok bool) {
	for _, w := range windows {
		if n, found := count(w, inputNames); found {
			t.Input, ok = max(t.Input, n), true
		}
		if n, found := count(w, outputNames); found {
			t.Output, ok = max(t.Output, n), true
		}
	}
	return t, ok
}

func count(window string, names []string) (int64, bool) {
	for _, name := range names {
		_, rest, found := strings.Cut(window, `"`+name+`"`)
		if !found {
			continue
		}
		rest = strings.TrimLeft(rest, " :")
		end := 0
		for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
			end++
		}
		if n, err := strconv.ParseInt(rest[:end], 10, 64); err == nil && end < len(rest) {
			return n, true // a number at the window's very end may be cut
		}
	}
	return 0, false
}
