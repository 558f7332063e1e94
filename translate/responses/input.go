package responses

import (
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate/chat"
)

// input writes the messages as items, in their order. What one message of chat
// says and calls are items of their own.
func (r *request) input(_ *param, v gjson.Result) *azure.Error {
	r.member("input")
	r.body = append(r.body, '[')
	err := each("messages", v, r.message)
	r.body = append(r.body, ']')
	return err
}

func (r *request) message(path string, m gjson.Result) *azure.Error {
	if !m.IsObject() {
		return mistyped(path, "an object")
	}
	role := m.Get("role")
	switch role.Str {
	case "system", "developer", "user":
		return r.spoken(path, role.Raw, m)
	case "assistant":
		return r.assistant(path, m)
	case "tool":
		return r.toolOutput(path, m)
	case "function":
		return r.functionOutput(path, m)
	}
	return invalid("invalid_value", path+".role",
		"Invalid value for '%s.role': supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.", path)
}

// unnamed refuses a message whose speaker has a name: items have no such member,
// and the model would take several people for one.
func (r *request) unnamed(path string, m gjson.Result) *azure.Error {
	if name := m.Get("name"); name.Exists() && name.Type != gjson.Null {
		return r.refuse(path + ".name")
	}
	return nil
}

// spoken writes a message that is not of the model.
func (r *request) spoken(path, role string, m gjson.Result) *azure.Error {
	if err := r.unnamed(path, m); err != nil {
		return err
	}
	r.element()
	r.body = append(r.body, `{"role":`...)
	r.body = append(r.body, role...)
	r.body = append(r.body, `,"content":`...)
	err := r.content(path+".content", m.Get("content"))
	r.body = append(r.body, '}')
	return err
}

// assistant writes what the model has said and called. What it has thought goes
// back only as items of reasoning, which carry their own proof; reasoning_content
// is for people.
func (r *request) assistant(path string, m gjson.Result) *azure.Error {
	if err := r.unnamed(path, m); err != nil {
		return err
	}
	if m.Get("audio").IsObject() {
		return r.refuse(path + ".audio")
	}
	m.Get(reasoningItems).ForEach(func(_, item gjson.Result) bool {
		r.reasoningItem(item)
		return true
	})
	texts, err := sayings(path, m)
	if err != nil {
		return err
	}
	if len(texts) > 0 {
		r.element()
		r.body = append(r.body, `{"role":"assistant","content":`...)
		r.body = chat.Join(r.body, texts...)
		r.body = append(r.body, '}')
	}
	if call := m.Get("function_call"); call.IsObject() {
		if err := r.functionCall(path, call); err != nil {
			return err
		}
	}
	if calls := m.Get("tool_calls"); calls.Exists() && calls.Type != gjson.Null {
		return each(path+".tool_calls", calls, r.toolCall)
	}
	return nil
}

// sayings are the texts of a message of the model: what it has said, and what it has
// refused to say. They become one text: parts that are the model's own belong to an
// item with an id and a status, which chat does not keep (openai-python:
// ResponseOutputMessageParam), while a plain text needs neither
// (EasyInputMessageParam). An empty text that calls no tool is a text.
func sayings(path string, m gjson.Result) (texts [][]byte, err *azure.Error) {
	switch content := m.Get("content"); {
	case content.Type == gjson.String:
		if content.Raw != `""` || !m.Get("tool_calls").IsArray() && !m.Get("function_call").IsObject() {
			texts = append(texts, []byte(content.Raw))
		}
	case content.IsArray():
		err = each(path+".content", content, func(path string, part gjson.Result) *azure.Error {
			kind := part.Get("type").Str
			text := part.Get(kind)
			if kind != "text" && kind != "refusal" || text.Type != gjson.String {
				return invalid("invalid_value", path, "Invalid value for '%s': expected a part of type 'text' or 'refusal'.", path)
			}
			texts = append(texts, []byte(text.Raw))
			return nil
		})
	case content.Exists() && content.Type != gjson.Null:
		err = mistyped(path+".content", "a string or an array of parts")
	}
	if refusal := m.Get("refusal"); refusal.Type == gjson.String {
		texts = append(texts, []byte(refusal.Raw))
	}
	return texts, err
}

// reasoningItem writes an item of reasoning that an answer has given (see
// reasoningItems). Without its encrypted content the API would look for it among
// the answers that it keeps, and it keeps none of ours.
func (r *request) reasoningItem(item gjson.Result) {
	id, encrypted, summary := item.Get("id"), item.Get("encrypted_content"), item.Get("summary")
	if item.Get("type").Str != "reasoning" || id.Type != gjson.String || encrypted.Type != gjson.String || !summary.IsArray() {
		return
	}
	r.element()
	r.body = append(r.body, `{"type":"reasoning","id":`...)
	r.body = append(r.body, id.Raw...)
	r.body = append(r.body, `,"summary":`...)
	r.body = append(r.body, summary.Raw...)
	r.body = append(r.body, `,"encrypted_content":`...)
	r.body = append(r.body, encrypted.Raw...)
	r.body = append(r.body, '}')
}

// toolCall writes a call that the model has made.
func (r *request) toolCall(path string, call gjson.Result) *azure.Error {
	id := call.Get("id")
	if id.Type != gjson.String {
		return mistyped(path+".id", "a string")
	}
	switch kind := call.Get("type"); kind.Str {
	case "function":
		return r.call(path+".function", "function_call", id.Raw, call.Get("function"), "arguments")
	case "custom":
		if r.custom == nil {
			r.custom = make(map[string]bool)
		}
		r.custom[id.Str] = true
		return r.call(path+".custom", "custom_tool_call", id.Raw, call.Get("custom"), "input")
	}
	return invalid("invalid_value", path+".type", "Invalid value for '%s.type': supported values are: 'function' and 'custom'.", path)
}

// call writes a call as an item of the given kind.
func (r *request) call(path, kind, id string, what gjson.Result, argument string) *azure.Error {
	name, text := what.Get("name"), what.Get(argument)
	if name.Type != gjson.String {
		return mistyped(path+".name", "a string")
	}
	if text.Type != gjson.String {
		return mistyped(path+"."+argument, "a string")
	}
	r.element()
	r.body = append(r.body, `{"type":"`+kind+`","call_id":`...)
	r.body = append(r.body, id...)
	r.body = append(r.body, `,"name":`...)
	r.body = append(r.body, name.Raw...)
	r.body = append(r.body, `,"`+argument+`":`...)
	r.body = append(r.body, text.Raw...)
	r.body = append(r.body, '}')
	return nil
}

// functionCall writes a call as chat had it before it had tools: without an id, so
// that it gets one.
func (r *request) functionCall(path string, call gjson.Result) *azure.Error {
	if r.called == nil {
		r.called = make(map[string]string)
	}
	r.calls++
	id := `"call_function_` + strconv.Itoa(r.calls) + `"`
	r.called[call.Get("name").Str] = id
	return r.call(path+".function_call", "function_call", id, call, "arguments")
}

// functionOutput writes what a function has answered, to the last call of it.
func (r *request) functionOutput(path string, m gjson.Result) *azure.Error {
	id, ok := r.called[m.Get("name").Str]
	if !ok {
		return invalid("invalid_value", path+".name", "Invalid value for '%s.name': no message before it has a function_call of that name.", path)
	}
	return r.output(path, "function_call_output", id, m.Get("content"))
}

func (r *request) toolOutput(path string, m gjson.Result) *azure.Error {
	id := m.Get("tool_call_id")
	if id.Type != gjson.String {
		return mistyped(path+".tool_call_id", "a string")
	}
	kind := "function_call_output"
	if r.custom[id.Str] {
		kind = "custom_tool_call_output"
	}
	return r.output(path, kind, id.Raw, m.Get("content"))
}

func (r *request) output(path, kind, id string, content gjson.Result) *azure.Error {
	r.element()
	r.body = append(r.body, `{"type":"`+kind+`","call_id":`...)
	r.body = append(r.body, id...)
	r.body = append(r.body, `,"output":`...)
	err := r.content(path+".content", content)
	r.body = append(r.body, '}')
	return err
}
