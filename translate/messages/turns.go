package messages

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
)

// opening is what a conversation begins with that the client lets begin with the
// assistant: Anthropic's first message is the user's.
const opening = `{"type":"text","text":"Continue."}`

// turns writes the messages: those of one role that follow each other become one,
// with their contents as blocks in order.
type turns struct {
	dst    []byte
	role   string // of the turn that is open, "" before the first
	at     int    // where its content begins
	blocks int
	plain  int // where its one block's text begins, when that is all it has; else 0
	// results is where the next tool_result goes: Anthropic wants them before
	// everything else of the user's turn.
	results int
	// calls are the calls by the name function_call, which have no ids.
	calls int
	// marked says that the last block has its cache_control.
	marked bool
}

const textBlock = `{"type":"text","text":`

// open goes on with a turn of the role, or begins one.
func (t *turns) open(role string) {
	if t.role == role {
		return
	}
	if t.role == "" && role == "assistant" {
		t.open("user")
		t.block()
		t.dst = append(t.dst, opening...)
	}
	t.close()
	if t.role != "" {
		t.dst = append(t.dst, ',')
	}
	t.dst = append(t.dst, `{"role":"`...)
	t.dst = append(t.dst, role...)
	t.dst = append(t.dst, `","content":[`...)
	t.role, t.at, t.blocks, t.plain, t.results = role, len(t.dst)-1, 0, 0, len(t.dst)
}

// block begins one.
func (t *turns) block() {
	if t.blocks > 0 {
		t.dst = append(t.dst, ',')
	}
	t.blocks++
	t.plain, t.marked = 0, false
}

// text appends a block of text; raw is JSON.
func (t *turns) text(raw string) {
	t.block()
	t.dst = append(t.dst, textBlock...)
	if t.blocks == 1 {
		t.plain = len(t.dst)
	}
	t.dst = append(t.dst, raw...)
	t.dst = append(t.dst, '}')
}

// mark gives the last block a mark of the prompt's cache.
func (t *turns) mark(control string) {
	if t.blocks == 0 || t.marked || control == "" {
		return
	}
	t.dst = append(t.dst[:len(t.dst)-1], `,"cache_control":`...)
	t.dst = append(t.dst, control...)
	t.dst = append(t.dst, '}')
	t.plain, t.marked = 0, true
}

// result appends a tool_result, before what is no tool_result.
func (t *turns) result(block []byte) {
	if t.results == len(t.dst) {
		t.block()
		t.dst = append(t.dst, block...)
		t.results = len(t.dst)
		return
	}
	if t.results == t.at+1 {
		block = append(block, ',')
		t.dst = slices.Insert(t.dst, t.results, block...)
		t.results += len(block) - 1
	} else {
		block = append([]byte{','}, block...)
		t.dst = slices.Insert(t.dst, t.results, block...)
		t.results += len(block)
	}
	t.blocks++
	t.plain = 0
}

// close ends the open turn. What is one text is written as Anthropic's short form,
// a string.
func (t *turns) close() {
	switch {
	case t.role == "":
		return
	case t.plain > 0:
		t.dst = append(t.dst[:t.at], t.dst[t.plain:len(t.dst)-1]...)
	default:
		t.dst = append(t.dst, ']')
	}
	t.dst = append(t.dst, '}')
}

// trimEnd takes white space off the end of the last block, a text: Anthropic's API
// refuses it at the end of what the model shall go on with.
func (t *turns) trimEnd() {
	end, ok := bytes.CutSuffix(t.dst, []byte(`"}`))
	if !ok || t.marked {
		return
	}
	for len(end) > 0 {
		n := len(end)
		switch {
		case end[n-1] == ' ':
			end = end[:n-1]
			continue
		case n > 1 && strings.IndexByte("nrt", end[n-1]) >= 0 && escaped(end[:n-1]):
			end = end[:n-2]
			continue
		}
		break
	}
	t.dst = append(end, `"}`...)
}

// escaped is whether a JSON string's piece ends in a backslash that is none itself.
func escaped(piece []byte) bool {
	n := len(piece) - len(bytes.TrimRight(piece, `\`))
	return n%2 == 1
}

// writeMessages writes system and messages.
func (r *request) writeMessages() *azure.Error {
	list := r.given["messages"]
	if !list.IsArray() {
		return invalid("missing_required_parameter", "messages", "messages must be a list.")
	}
	var system systems
	t := &turns{dst: append(r.dst, `,"messages":[`...)}
	i, err := 0, (*azure.Error)(nil)
	list.ForEach(func(_, m gjson.Result) bool {
		err = r.writeMessage(t, &system, i, m)
		i++
		return err == nil
	})
	if err != nil {
		return err
	}
	if t.role == "" {
		// Only a system prompt: OpenAI answers it, Anthropic wants a user to speak.
		if len(system.blocks) == 0 {
			return invalid("invalid_value", "messages", "No message has a content: Claude takes none without.")
		}
		t.open("user")
		if value := system.value(); value[0] == '"' {
			t.text(string(value))
		} else {
			t.dst = append(t.dst, value[1:len(value)-1]...)
		}
		system.blocks = nil
	}
	if t.role == "assistant" {
		if !r.model.prefill {
			return invalid("unsupported_value", "messages", "This model takes no assistant message as the last one.")
		}
		t.trimEnd()
	}
	t.close()
	r.dst = append(t.dst, ']')
	if r.hint != "" {
		system.blocks = append(system.blocks, []byte(textBlock+strconv.Quote(r.hint)+"}"))
	}
	if len(system.blocks) > 0 {
		r.member("system", system.value())
	}
	return nil
}

// systems are the blocks of the system prompt.
type systems struct{ blocks [][]byte }

// value is what "system" is: a string where one plain text is all.
func (s *systems) value() []byte {
	if b := s.blocks; len(b) == 1 && !bytes.Contains(b[0], []byte(`,"cache_control":`)) {
		return b[0][len(textBlock) : len(b[0])-1]
	}
	return append(append([]byte{'['}, bytes.Join(s.blocks, []byte{','})...), ']')
}

// lastSystem is the index of the last system message, -1 without one. System messages
// go to the top, whose change makes the signature of what was thought before it
// worthless, and the newest models refuse it then ("Preserved thinking"): those
// thoughts are left out.
func (r *request) lastSystem() int {
	if r.system == 0 {
		r.system = -1
		i := 0
		r.given["messages"].ForEach(func(_, m gjson.Result) bool {
			if role := m.Get("role").Str; role == "system" || role == "developer" {
				r.system = i + 1
			}
			i++
			return true
		})
	}
	return max(r.system, 0) - 1
}
