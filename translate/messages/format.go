package messages

import (
	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate/chat"
)

// jsonHint is said in the system prompt for response_format json_object, for which
// Anthropic has nothing: its structured outputs want a schema, and one that allows
// everything is not among those that they take.
const jsonHint = "Answer with one JSON object and nothing else: no text before or after it, and no Markdown code fence around it."

// readFormat reads response_format.
func (r *request) readFormat() *azure.Error {
	v := r.given["response_format"]
	if !v.Exists() {
		return nil
	}
	schema := v.Get("json_schema.schema")
	switch kind := v.Get("type").Str; {
	case kind == "text":
	case kind == "json_object", kind == "json_schema" && !schema.Exists():
		r.hint = jsonHint
	case kind != "json_schema":
		return r.unsupported("response_format", "Claude has no response_format of type %q.", kind)
	case !schema.IsObject():
		return invalid("invalid_value", "response_format.json_schema.schema", "response_format.json_schema.schema must be an object.")
	case r.model.structured:
		r.format = append(appendSchema([]byte(`{"type":"json_schema","schema":`), schema), '}')
	default:
		r.byTool = true
		r.forceAnswer()
	}
	return nil
}

// forceAnswer makes the model answer by the tool that takes the answer, or by one
// of the client's.
func (r *request) forceAnswer() {
	switch r.choice.kind {
	case "tool", "any": // the client's own wish
	case "none":
		r.choice = choice{kind: "tool", name: answerTool}
	default:
		r.choice.kind = "any"
	}
}

// writeAnswerTool writes the tool that takes the answer.
func (r *request) writeAnswerTool() {
	f := r.given["response_format"].Get("json_schema")
	r.next()
	r.dst = append(r.dst, `{"name":"`+answerTool+`","description":`...)
	if d := f.Get("description"); d.Type == gjson.String && d.Str != "" {
		r.dst = append(r.dst, d.Raw...)
	} else {
		r.dst = chat.Quote(r.dst, "Gives the final answer, in the form that is asked for.")
	}
	r.dst = append(r.dst, `,"input_schema":`...)
	r.dst = append(r.dst, f.Get("schema").Raw...)
	r.dst = append(r.dst, '}')
}
