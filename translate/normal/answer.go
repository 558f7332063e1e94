package normal

import (
	"strings"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate"
)

// answer passes a stream on, chunk by chunk.
type answer struct {
	usage bool // the client has asked for it
	// shared is what the stream's chunks have in common, as JSON, in the order of
	// sharedNames: from the first chunk that has it.
	shared [len(sharedNames)]string
}

// Whole leaves whole answers as they are.
func (*answer) Whole(body []byte) ([]byte, error) { return body, nil }

// Failure leaves errors as they are.
func (*answer) Failure(int, []byte) *azure.Error { return nil }

// End leaves the end as it is: what broke off was passed on as far as it came.
func (*answer) End(dst []byte, _ bool) []byte { return dst }

// Event appends a chunk as it is, as it should be, or not at all. What is no chunk
// is passed on.
func (a *answer) Event(dst []byte, e translate.Event) ([]byte, error) {
	var c chunk
	if e.Name != "" || !c.read(e.Data) {
		return e.Append(dst), nil
	}
	switch a.judge(&c) {
	case leave:
		return dst, nil
	case complete:
		dst = append(dst, "data: "...)
		dst = a.complete(dst, &c)
		return append(dst, "\n\n"...), nil
	default:
		return e.Append(dst), nil
	}
}

// verdict is what becomes of a chunk.
type verdict uint8

const (
	pass verdict = iota
	complete
	leave
)

// judge says what becomes of a chunk, and learns from it what the chunks share.
func (a *answer) judge(c *chunk) verdict {
	said := c.has & saysMore
	if a.usage {
		said |= c.has & saysUsage
	}
	if c.choices == c.silent && said == 0 {
		return leave
	}
	whole := c.broken == 0
	for i, value := range c.shared {
		switch {
		case !void(value):
			if a.shared[i] == "" {
				a.shared[i] = strings.Clone(value)
			}
		case a.shared[i] != "" || sharedWithout[i] != "":
			whole = false
		}
	}
	if whole {
		return pass
	}
	return complete
}
