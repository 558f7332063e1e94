package messages

import (
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate/chat"
)

// path names a member of a list, as OpenAI does in "param".
func path(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }

// message is one of the client's.
type message struct {
	role, content, calls, call, id, thoughts, refusal, audio gjson.Result
	control                                                  string // its cache_control
}

func readMessage(v gjson.Result) (m message) {
	v.ForEach(func(k, v gjson.Result) bool {
		switch k.Str {
		case "role":
			m.role = v
		case "content":
			m.content = v
		case "tool_calls":
			m.calls = v
		case "function_call":
			m.call = v
		case "tool_call_id":
			m.id = v
		case "thinking_blocks":
			m.thoughts = v
		case "refusal":
			m.refusal = v
		case "audio":
			m.audio = v
		case "cache_control":
			if v.IsObject() {
				m.control = v.Raw
			}
		}
		return true
	})
	return m
}

// writeMessage writes one message. Texts of nothing but white space are left out,
// for Anthropic refuses them, and so is a message that has nothing else.
func (r *request) writeMessage(t *turns, s *systems, i int, v gjson.Result) *azure.Error {
	m, param := readMessage(v), path("messages", i)
	switch m.role.Str {
	case "system", "developer":
		return s.add(param+".content", m)
	case "user":
		return r.writeContent(t, param+".content", "user", m)
	case "assistant":
		return r.writeAssistant(t, param, m, i)
	case "tool", "function":
		return r.writeResult(t, param, m)
	}
	return invalid("invalid_value", param+".role", "%s.role must be system, developer, user, assistant, tool or function.", param)
}

// add adds a system message: its texts, with their marks of the prompt's cache.
func (s *systems) add(param string, m message) *azure.Error {
	t := turns{}
	if err := eachPart(param, m.content, func(param string, p part) *azure.Error {
		if p.kind != "text" {
			return invalid("invalid_value", param, "A system message has only text, not %q.", p.kind)
		}
		if p.blank() {
			return nil
		}
		t.blocks, t.dst = 0, nil
		if err := t.part(param, p); err != nil {
			return err
		}
		s.blocks = append(s.blocks, t.dst)
		return nil
	}); err != nil {
		return err
	}
	if n := len(s.blocks); t.blocks > 0 && n > 0 {
		t.mark(m.control)
		s.blocks[n-1] = t.dst
	}
	return nil
}

// writeContent writes the content of a message as blocks of a turn.
func (r *request) writeContent(t *turns, param, role string, m message) *azure.Error {
	blocks := 0
	err := eachPart(param, m.content, func(param string, p part) *azure.Error {
		if p.blank() {
			return nil
		}
		t.open(role)
		blocks++
		return t.part(param, p)
	})
	if err == nil && blocks > 0 {
		t.mark(m.control)
	}
	return err
}

// writeAssistant writes an earlier answer: what it thought first, then its text,
// then its calls.
func (r *request) writeAssistant(t *turns, param string, m message, i int) *azure.Error {
	if m.audio.IsObject() {
		return invalid("unsupported_value", param+".audio", "Claude has no spoken answers.")
	}
	if m.thoughts.IsArray() && i > r.lastSystem() {
		t.thought(m.thoughts)
	}
	if !m.content.Exists() || m.content.Type == gjson.Null {
		m.content = m.refusal
	}
	if err := r.writeContent(t, param+".content", "assistant", m); err != nil {
		return err
	}
	n, err := 0, (*azure.Error)(nil)
	m.calls.ForEach(func(_, c gjson.Result) bool {
		p := path(param+".tool_calls", n)
		n++
		if c.Get("function").IsObject() {
			err = t.call(p+".function", c.Get("id").Str, c.Get("function"))
		} else {
			err = invalid("unsupported_value", p, "Claude has no calls but those of functions.")
		}
		return err == nil
	})
	if err == nil && m.call.IsObject() {
		t.calls++
		err = t.call(param+".function_call", "function_call_"+strconv.Itoa(t.calls), m.call)
	}
	return err
}

// call appends a tool_use.
func (t *turns) call(param, id string, f gjson.Result) *azure.Error {
	given := f.Get("arguments")
	arguments := strings.TrimSpace(given.String()) // an object is what some clients send
	if arguments == "" || arguments == "null" {
		arguments = "{}"
	}
	if !gjson.Valid(arguments) || arguments[0] != '{' {
		return invalid("invalid_value", param+".arguments", "%s.arguments is no JSON object.", param)
	}
	if id == "" {
		param = strings.TrimSuffix(param, ".function") + ".id"
		return invalid("missing_required_parameter", param, "%s is missing.", param)
	}
	t.open("assistant")
	t.block()
	t.dst = append(t.dst, `{"type":"tool_use","id":"`...)
	t.dst = appendID(t.dst, id)
	t.dst = append(t.dst, `","name":`...)
	t.dst = chat.Quote(t.dst, f.Get("name").Str)
	t.dst = append(t.dst, `,"input":`...)
	t.dst = append(t.dst, arguments...)
	t.dst = append(t.dst, '}')
	return nil
}

// writeResult writes what a tool gave.
func (r *request) writeResult(t *turns, param string, m message) *azure.Error {
	id := m.id.Str
	if m.role.Str == "function" {
		id = "function_call_" + strconv.Itoa(t.calls)
	}
	if id == "" {
		return invalid("missing_required_parameter", param+".tool_call_id", "%s.tool_call_id is missing.", param)
	}
	block := append([]byte(`{"type":"tool_result","tool_use_id":"`), appendID(nil, id)...)
	block = append(block, '"')
	if m.content.Type == gjson.String {
		if m.content.Str != "" {
			block = append(append(block, `,"content":`...), m.content.Raw...)
		}
	} else {
		inner := &turns{dst: []byte{'['}}
		if err := eachPart(param+".content", m.content, func(param string, p part) *azure.Error {
			if p.blank() {
				return nil
			}
			return inner.part(param, p)
		}); err != nil {
			return err
		}
		if inner.blocks > 0 {
			block = append(append(append(block, `,"content":`...), inner.dst...), ']')
		}
	}
	if m.control != "" {
		block = append(append(block, `,"cache_control":`...), m.control...)
	}
	t.open("user")
	t.result(append(block, '}'))
	return nil
}

// appendID appends the id of a call. Anthropic takes letters, digits, "_" and "-";
// other models' ids may have more, and must stay the same in call and result.
func appendID(dst []byte, id string) []byte {
	for i := range len(id) {
		c := id[i]
		if c|0x20 < 'a' || c|0x20 > 'z' {
			if (c < '0' || c > '9') && c != '-' {
				c = '_'
			}
		}
		dst = append(dst, c)
	}
	return dst
}
