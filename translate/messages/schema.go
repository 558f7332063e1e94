package messages

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/translate/chat"
)

// appendSchema appends a JSON schema as structured outputs and strict tools take
// it: every object closed, and the constraints that they do not know moved into the
// description, where the model still reads them (platform.claude.com, "Structured
// outputs", "JSON Schema limitations"). The rules are those of transform_schema in
// Anthropic's Python SDK, but for lists of types, which stay, and for $schema, which
// goes.
func appendSchema(dst []byte, s gjson.Result) []byte {
	if !s.IsObject() {
		return append(dst, s.Raw...)
	}
	w := schema{dst: append(dst, '{')}
	types := s.Get("type")
	literal := s.Get("enum").IsArray() || s.Get("const").Exists()
	ref := s.Get("$ref").Exists()
	object, text, list := hasType(types, "object"), hasType(types, "string"), hasType(types, "array")
	s.ForEach(func(k, v gjson.Result) bool {
		switch key := k.Str; {
		case key == "$defs" || key == "definitions":
			w.each(key, v, '{')
		case key == "$schema" || ref && key != "$ref": // beside a reference nothing counts
		case key == "$ref" || key == "title" || key == "enum" || key == "const" || key == "type" && !literal:
			w.member(key, v.Raw)
		case key == "description":
			w.description = v
		case key == "type":
		case key == "anyOf" || key == "allOf" && !s.Get("anyOf").Exists() && !s.Get("oneOf").Exists():
			w.each(key, v, '[')
		case key == "oneOf" && !s.Get("anyOf").Exists():
			w.each("anyOf", v, '[')
		case object && key == "properties":
			w.each(key, v, '{')
		case object && key == "required":
			w.member(key, v.Raw)
		case object && key == "additionalProperties":
		case text && key == "format" && strings.Contains(" date-time time date duration email hostname uri ipv4 ipv6 uuid ", " "+v.Str+" "):
			w.member(key, v.Raw)
		case list && key == "items":
			w.key(key)
			w.dst = appendSchema(w.dst, v)
		case list && key == "minItems" && (v.Raw == "0" || v.Raw == "1"):
			w.member(key, v.Raw)
		default:
			w.spare(key, v)
		}
		return true
	})
	if object && !ref && !literal {
		if !s.Get("properties").Exists() {
			w.member("properties", "{}")
		}
		w.member("additionalProperties", "false")
	}
	w.describe()
	return append(w.dst, '}')
}

// schema is one under way.
type schema struct {
	dst         []byte
	some        bool
	description gjson.Result
	spares      strings.Builder
}

func hasType(types gjson.Result, name string) bool {
	found := types.Str == name
	if types.IsArray() {
		types.ForEach(func(_, v gjson.Result) bool { found = found || v.Str == name; return true })
	}
	return found
}

func (w *schema) key(key string) {
	if w.some {
		w.dst = append(w.dst, ',')
	}
	w.some = true
	w.dst = append(chat.Quote(w.dst, key), ':')
}

func (w *schema) member(key, raw string) {
	w.key(key)
	w.dst = append(w.dst, raw...)
}

// each appends an object or a list of schemas.
func (w *schema) each(key string, v gjson.Result, open byte) {
	w.key(key)
	w.dst = append(w.dst, open)
	some := false
	v.ForEach(func(k, s gjson.Result) bool {
		if some {
			w.dst = append(w.dst, ',')
		}
		some = true
		if open == '{' {
			w.dst = append(append(w.dst, k.Raw...), ':')
		}
		w.dst = appendSchema(w.dst, s)
		return true
	})
	w.dst = append(w.dst, open+2) // '}' and ']' stand two behind in ASCII
}

// spare keeps a constraint for the description.
func (w *schema) spare(key string, v gjson.Result) {
	if w.spares.Len() > 0 {
		w.spares.WriteString(", ")
	}
	w.spares.WriteString(key)
	w.spares.WriteString(": ")
	w.spares.WriteString(v.String())
}

// describe appends the description, with the spares behind it.
func (w *schema) describe() {
	switch text := w.description.Str; {
	case w.spares.Len() == 0 && w.description.Exists():
		w.member("description", w.description.Raw)
	case w.spares.Len() > 0:
		if text != "" {
			text += "\n\n"
		}
		w.key("description")
		w.dst = chat.Quote(w.dst, text+"{"+w.spares.String()+"}")
	}
}
