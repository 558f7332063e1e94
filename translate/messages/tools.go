package messages

import (
	"regexp"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate/chat"
)

// choice is tool_choice.
type choice struct {
	kind string // of Anthropic: auto, any, tool, none; "" is not given
	name string // of kind tool
	// allowed are the tools that may be used; nil is all.
	allowed []string
}

func (c choice) forces() bool { return c.kind == "any" || c.kind == "tool" }

// answerTool is the tool whose input is the answer, for models without structured
// outputs.
const answerTool = "json_answer"

// native is the type of a tool of Anthropic's own: web_search_20250305.
var native = regexp.MustCompile(`_20\d{6}$`)

// readChoice reads tool_choice, or function_call as it was before.
func (r *request) readChoice() *azure.Error {
	v, param := r.given["tool_choice"], "tool_choice"
	if !v.Exists() {
		v, param = r.given["function_call"], "function_call"
	}
	if !v.Exists() {
		return nil
	}
	kind := v.Get("type").Str
	switch {
	case v.Type == gjson.String:
		kind = v.Str
	case param == "function_call":
		kind = "function"
	}
	switch kind {
	case "auto", "none", "any":
		r.choice.kind = kind
	case "required":
		r.choice.kind = "any"
	case "function", "tool":
		name := v.Get("function.name")
		if !name.Exists() {
			name = v.Get("name")
		}
		if name.Str == "" {
			return invalid("invalid_value", param, "%s names no function.", param)
		}
		r.choice.kind, r.choice.name = "tool", name.Str
	case "allowed_tools":
		return r.readAllowed(v)
	default:
		return invalid("invalid_value", param, "%s must be none, auto, required, or an object that names a function.", param)
	}
	return r.mayForce(param)
}

// readAllowed reads a choice among some of the tools: the others are not sent.
func (r *request) readAllowed(v gjson.Result) *azure.Error {
	if inner := v.Get("allowed_tools"); inner.Exists() {
		v = inner
	}
	r.choice.kind, r.choice.allowed = "auto", []string{}
	if v.Get("mode").Str == "required" {
		r.choice.kind = "any"
	}
	v.Get("tools").ForEach(func(_, tool gjson.Result) bool {
		for _, path := range []string{"function.name", "name"} {
			if name := tool.Get(path); name.Str != "" {
				r.choice.allowed = append(r.choice.allowed, name.Str)
			}
		}
		return true
	})
	return r.mayForce("tool_choice")
}

// mayForce holds the choice against the model: the newest cannot be forced to use a
// tool.
func (r *request) mayForce(param string) *azure.Error {
	if !r.choice.forces() || r.model.forced {
		return nil
	}
	r.choice.kind = "auto"
	return r.unsupported(param, "This model cannot be forced to use a tool: %s may be auto or none.", param)
}

// writeTools writes tools and tool_choice.
func (r *request) writeTools() *azure.Error {
	at := len(r.dst)
	r.dst = append(r.dst, `,"tools":[`...)
	empty := len(r.dst)
	for _, name := range []string{"tools", "functions"} {
		i, err := 0, (*azure.Error)(nil)
		if v := r.given[name]; v.Exists() && !v.IsArray() {
			return invalid("invalid_value", name, "%s must be a list.", name)
		}
		r.given[name].ForEach(func(_, v gjson.Result) bool {
			if name == "functions" {
				r.writeFunction(v, v)
			} else {
				err = r.writeTool(path("tools", i), v)
			}
			i++
			return err == nil
		})
		if err != nil {
			return err
		}
	}
	if r.byTool {
		r.writeAnswerTool()
	}
	if len(r.dst) == empty {
		r.dst = r.dst[:at]
		if !r.choice.forces() {
			return nil
		}
	} else {
		r.dst = append(r.dst, ']')
	}
	r.writeChoice()
	return nil
}

// next begins an element of the list under way.
func (r *request) next() {
	if r.dst[len(r.dst)-1] != '[' {
		r.dst = append(r.dst, ',')
	}
}

func (r *request) writeTool(param string, v gjson.Result) *azure.Error {
	kind := v.Get("type").Str
	switch {
	case v.Get("function").IsObject():
		r.writeFunction(v.Get("function"), v)
		return nil
	case v.Get("input_schema").IsObject(), native.MatchString(kind):
		if r.allows(v.Get("name").Str) {
			r.next()
			r.dst = append(r.dst, v.Raw...)
		}
		return nil
	case kind == "function":
		return invalid("missing_required_parameter", param+".function", "%s.function is missing.", param)
	}
	return r.unsupported(param+".type", "Claude knows functions and Anthropic's own tools, but no tool of type %q.", kind)
}

func (r *request) allows(name string) bool {
	return r.choice.allowed == nil || slices.Contains(r.choice.allowed, name)
}

// writeFunction writes a function of OpenAI's as a tool; v is what holds it, where
// the mark of the prompt's cache may be too.
func (r *request) writeFunction(f, v gjson.Result) {
	if !r.allows(f.Get("name").Str) {
		return
	}
	r.next()
	r.dst = append(r.dst, `{"name":`...)
	r.dst = chat.Quote(r.dst, f.Get("name").Str)
	if d := f.Get("description"); d.Type == gjson.String {
		r.member("description", []byte(d.Raw))
	}
	strict := f.Get("strict").Type == gjson.True && r.model.structured
	r.dst = append(r.dst, `,"input_schema":`...)
	schema := f.Get("parameters")
	switch {
	case !schema.IsObject():
		r.dst = append(r.dst, `{"type":"object"}`...)
	case strict:
		r.dst = appendSchema(r.dst, schema)
	case !schema.Get("type").Exists():
		r.dst = append(r.dst, `{"type":"object"`...)
		if !isEmptyObject(schema) {
			r.dst = append(r.dst, ',')
		}
		r.dst = append(r.dst, schema.Raw[1:]...)
	default:
		r.dst = append(r.dst, schema.Raw...)
	}
	if strict {
		r.dst = append(r.dst, `,"strict":true`...)
	}
	for _, c := range []gjson.Result{v.Get("cache_control"), f.Get("cache_control")} {
		if c.IsObject() {
			r.member("cache_control", []byte(c.Raw))
			break
		}
	}
	r.dst = append(r.dst, '}')
}

func (r *request) writeChoice() {
	single := r.given["parallel_tool_calls"].Type == gjson.False
	kind := r.choice.kind
	if kind == "" {
		if !single {
			return
		}
		kind = "auto"
	}
	r.dst = append(r.dst, `,"tool_choice":{"type":"`...)
	r.dst = append(r.dst, kind...)
	r.dst = append(r.dst, '"')
	if kind == "tool" {
		r.dst = append(r.dst, `,"name":`...)
		r.dst = chat.Quote(r.dst, r.choice.name)
	}
	if single && kind != "none" {
		r.dst = append(r.dst, `,"disable_parallel_tool_use":true`...)
	}
	r.dst = append(r.dst, '}')
}
