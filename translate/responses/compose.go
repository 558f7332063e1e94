package responses

import (
	"slices"
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate/chat"
)

// minTokens is the least that the API takes for max_output_tokens: "Invalid
// 'max_output_tokens': integer below minimum value. Expected a value >= 16". Chat
// takes less, so a smaller limit is raised.
const minTokens = 16

const (
	includeLogprobs  = "message.output_text.logprobs"
	includeEncrypted = "reasoning.encrypted_content"
)

// maxTokens takes the limit: of several the last in the table.
func (r *request) maxTokens(_ *param, v gjson.Result) *azure.Error {
	r.limit = []byte(v.Raw)
	if v.Type == gjson.Number && v.Num > 0 && v.Num < minTokens {
		r.limit = strconv.AppendInt(nil, minTokens, 10)
	}
	return nil
}

func (r *request) logprobs(_ *param, v gjson.Result) *azure.Error {
	if v.Type == gjson.True {
		r.answer.logprobs = true
		r.alsoInclude(includeLogprobs)
	}
	return nil
}

// topLogprobs writes the number as it is; the API gives none unless they are
// included.
func (r *request) topLogprobs(p *param, v gjson.Result) *azure.Error {
	if v.Type == gjson.Number && v.Num > 0 {
		r.answer.logprobs = true
		r.alsoInclude(includeLogprobs)
	}
	return same(r, p, v)
}

func (r *request) clientInclude(_ *param, v gjson.Result) *azure.Error {
	return each("include", v, func(path string, v gjson.Result) *azure.Error {
		if v.Type != gjson.String {
			return mistyped(path, "a string")
		}
		switch v.Str {
		case includeLogprobs:
			r.answer.logprobs = true
		case includeEncrypted:
			r.answer.encrypted = true
		}
		r.alsoInclude(v.Str)
		return nil
	})
}

func (r *request) alsoInclude(what string) {
	if !slices.Contains(r.include, what) {
		r.include = append(r.include, what)
	}
}

// reasoningEffort takes chat's parameter; LiteLLM's clients may give all of
// Responses' reasoning there.
func (r *request) reasoningEffort(p *param, v gjson.Result) *azure.Error {
	if v.IsObject() {
		return r.clientReasoning(p, v)
	}
	r.effort = v
	return nil
}

func (r *request) clientReasoning(p *param, v gjson.Result) *azure.Error {
	if !v.IsObject() {
		return mistyped(p.name, "an object")
	}
	r.reasoning = v
	return nil
}

func (r *request) clientText(_ *param, v gjson.Result) *azure.Error {
	if !v.IsObject() {
		return mistyped("text", "an object")
	}
	r.text = v
	return nil
}

// streamOptions remembers include_usage: every stream of responses ends with its
// usage.
func (r *request) streamOptions(_ *param, v gjson.Result) (err *azure.Error) {
	if !v.IsObject() {
		return mistyped("stream_options", "an object")
	}
	v.ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "include_usage":
			r.answer.usage = v.Type == gjson.True
		case "include_obfuscation":
			r.obfuscation = v
		default:
			err = r.refuse("stream_options." + key.Str)
		}
		return err == nil
	})
	return err
}

// responseFormat makes text.format, which is chat's object flattened.
func (r *request) responseFormat(_ *param, v gjson.Result) *azure.Error {
	if v.Get("type").Str != "json_schema" {
		if kind := v.Get("type"); kind.Type == gjson.String {
			r.format = append(append(append(r.format, `{"type":`...), kind.Raw...), '}')
			return nil
		}
		return mistyped("response_format.type", "a string")
	}
	schema := v.Get("json_schema")
	for _, name := range []string{"name", "schema"} {
		if value := schema.Get(name); !value.Exists() || value.Type == gjson.Null {
			path := "response_format.json_schema." + name
			return invalid("missing_required_parameter", path, "Missing required parameter: '%s'.", path)
		}
	}
	f := append(r.format, `{"type":"json_schema"`...)
	for _, name := range []string{"name", "description", "schema"} {
		if value := schema.Get(name); value.Exists() && value.Type != gjson.Null {
			f = append(f, `,"`+name+`":`...)
			f = append(f, value.Raw...)
		}
	}
	f = append(f, `,"strict":`...)
	r.format = append(append(f, orFalse(schema.Get("strict"))...), '}')
	return nil
}

// compose writes what several parameters say.
func (r *request) compose() {
	if r.limit != nil {
		r.member("max_output_tokens")
		r.body = append(r.body, r.limit...)
	}
	r.composeTools()
	r.composeObject("reasoning", r.reasoning, said{"effort", r.effort.Raw})
	r.composeObject("text", r.text, said{"format", string(r.format)}, said{"verbosity", r.verbosity.Raw})
	if len(r.include) > 0 {
		r.member("include")
		r.body = append(r.body, '[')
		for _, s := range r.include {
			r.element()
			r.body = chat.Quote(r.body, s)
		}
		r.body = append(r.body, ']')
	}
	// Responses keeps an answer for 30 days unless it is told not to; chat does not
	// unless it is told to.
	r.member("store")
	r.body = strconv.AppendBool(r.body, r.store)
	if r.ask.Stream {
		r.member("stream")
		r.body = append(r.body, "true"...)
		if r.obfuscation.Exists() {
			r.member("stream_options")
			r.body = append(r.body, `{"include_obfuscation":`...)
			r.body = append(r.body, r.obfuscation.Raw...)
			r.body = append(r.body, '}')
		}
	}
}

func (r *request) composeTools() {
	if r.tools != nil {
		r.member("tools")
		r.body = append(append(append(r.body, '['), r.tools...), ']')
	}
	if r.toolChoice != nil {
		r.member("tool_choice")
		r.body = append(r.body, r.toolChoice...)
	}
	if r.parallel != nil {
		r.member("parallel_tool_calls")
		r.body = append(r.body, r.parallel...)
	}
}

// said is a member that chat's parameters speak of; no value is no member.
type said struct {
	name, value string
}

// composeObject writes an object of what chat's parameters say, and of what the
// client's own object of that name says beside.
func (r *request) composeObject(name string, own gjson.Result, words ...said) {
	start := len(r.body)
	r.member(name)
	r.body = append(r.body, '{')
	put := func(key, value string) {
		if r.body[len(r.body)-1] != '{' {
			r.body = append(r.body, ',')
		}
		r.body = append(append(append(r.body, key...), ':'), value...)
	}
	for _, w := range words {
		if w.value != "" {
			put(`"`+w.name+`"`, w.value)
		}
	}
	own.ForEach(func(key, value gjson.Result) bool {
		if !slices.ContainsFunc(words, func(w said) bool { return w.name == key.Str && w.value != "" }) {
			put(key.Raw, value.Raw)
		}
		return true
	})
	if r.body[len(r.body)-1] == '{' {
		r.body = r.body[:start]
		return
	}
	r.body = append(r.body, '}')
}

// orFalse is a value, or what chat takes when there is none. It is said because
// Responses would take true.
func orFalse(v gjson.Result) string {
	if !v.Exists() || v.Type == gjson.Null {
		return "false"
	}
	return v.Raw
}
