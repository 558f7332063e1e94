package prompt

import (
	"fmt"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
)

// speakers are what stands before a message, by its role.
var speakers = map[string]string{
	"system":    "System",
	"developer": "System",
	"user":      "User",
	"assistant": "Assistant",
	"tool":      "Tool result",
	"function":  "Tool result",
}

// text is the prompt as it is written: a JSON string without its quotes.
type text struct {
	raw  []byte
	drop bool // leave out what is no text, instead of refusing the request
	// named says that a user has a name, called that tools were called: both begin
	// turns in their own way.
	named, called bool
}

// messages appends all messages and the beginning of the assistant's turn.
func (p *text) messages(list gjson.Result) *azure.Error {
	if !list.Exists() || list.Type == gjson.Null {
		return refuse("missing_required_parameter", "messages", "Missing required parameter: 'messages'.")
	}
	if !list.IsArray() || list.Get("#").Int() == 0 {
		return refuse("invalid_type", "messages", "Invalid type for 'messages': expected a list of at least one message.")
	}
	p.raw = make([]byte, 0, len(list.Raw)+16)
	var refusal *azure.Error
	at := 0
	list.ForEach(func(_, m gjson.Result) bool {
		refusal = p.message(at, m)
		at++
		return refusal == nil
	})
	p.turn("Assistant", gjson.Result{})
	p.raw = p.raw[:len(p.raw)-1] // the blank is the model's
	return refusal
}

// turn begins a turn. name, where there is one, tells those of the role apart.
func (p *text) turn(speaker string, name gjson.Result) {
	if len(p.raw) > 0 {
		p.raw = append(p.raw, `\n\n`...)
	}
	p.raw = append(p.raw, speaker...)
	if named(name) {
		p.raw = append(p.raw, " ("...)
		p.raw = append(p.raw, inner(name.Raw)...)
		p.raw = append(p.raw, ')')
	}
	p.raw = append(p.raw, ": "...)
}

// message appends one message; an assistant's without words and calls is nothing.
func (p *text) message(at int, m gjson.Result) *azure.Error {
	role := m.Get("role").Str
	speaker, ok := speakers[role]
	if !ok {
		param := fmt.Sprintf("messages[%d].role", at)
		return refuse("invalid_value", param, "Invalid value for '%s': expected one of system, developer, user, assistant, tool, function.", param)
	}
	name := m.Get("name")
	if role == "user" && named(name) {
		p.named = true
	}
	if speaker == speakers["tool"] {
		p.called = true
	}
	if m.Get("audio").IsObject() && !p.drop {
		return unsupported(fmt.Sprintf("messages[%d].audio", at))
	}
	content := m.Get("content")
	if role == "assistant" && !spoken(content) {
		content = m.Get("refusal")
	}
	if role != "assistant" || spoken(content) {
		p.turn(speaker, name)
		if refusal := p.content(at, content); refusal != nil {
			return refusal
		}
	}
	p.calls(m)
	return nil
}

// named is whether a name is there.
func named(name gjson.Result) bool { return name.Type == gjson.String && name.Raw != `""` }

// spoken is whether a content has words, or what should be some.
func spoken(content gjson.Result) bool {
	return content.Exists() && content.Type != gjson.Null && content.Raw != `""`
}

// content appends a content: a text, or the texts among its parts, one to a line.
func (p *text) content(at int, content gjson.Result) (refusal *azure.Error) {
	if content.Type == gjson.String {
		p.raw = append(p.raw, inner(content.Raw)...)
		return nil
	}
	if !content.IsArray() {
		param := fmt.Sprintf("messages[%d].content", at)
		return refuse("invalid_type", param, "Invalid type for '%s': expected a string or a list of parts.", param)
	}
	i, some := 0, false
	content.ForEach(func(_, part gjson.Result) bool {
		words := part.Get("text")
		switch kind := part.Get("type").Str; {
		case kind == "refusal":
			words = part.Get("refusal")
		case kind != "text" && !p.drop:
			refusal = unsupported(fmt.Sprintf("messages[%d].content[%d]", at, i))
		case kind != "text":
			words = gjson.Result{}
		}
		i++
		if refusal != nil || words.Type != gjson.String {
			return refusal == nil
		}
		if some {
			p.raw = append(p.raw, `\n`...)
		}
		p.raw = append(p.raw, inner(words.Raw)...)
		some = true
		return true
	})
	return refusal
}

// calls appends the calls of tools that an assistant's message has. The model
// cannot make any: they are of another one that spoke before.
func (p *text) calls(m gjson.Result) {
	call := func(name, arguments gjson.Result) {
		p.called = true
		p.turn("Tool call", name)
		if arguments.Type == gjson.String {
			p.raw = append(p.raw, inner(arguments.Raw)...)
		}
	}
	if f := m.Get("function_call"); f.IsObject() {
		call(f.Get("name"), f.Get("arguments"))
	}
	if list := m.Get("tool_calls"); list.IsArray() {
		list.ForEach(func(_, c gjson.Result) bool {
			if f := c.Get("function"); f.IsObject() {
				call(f.Get("name"), f.Get("arguments"))
			} else {
				f := c.Get("custom")
				call(f.Get("name"), f.Get("input"))
			}
			return true
		})
	}
}

// stops are the beginnings of turns that are not the assistant's, as JSON strings,
// the likeliest first. With a name in it a user's has no colon behind the role.
func (p *text) stops() []string {
	all := []string{`"\nUser:"`}
	if p.named {
		all = append(all, `"\nUser ("`)
	}
	if p.called {
		all = append(all, `"\nTool "`)
	}
	return append(all, `"\nSystem:"`)
}

// inner is a JSON string without its quotes.
func inner(quoted string) string { return quoted[1 : len(quoted)-1] }
