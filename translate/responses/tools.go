package responses

import (
	"slices"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
)

// noParameters is what chat takes for a function without parameters; Responses
// wants them said.
const noParameters = `{"type":"object","properties":{}}`

// hosted are tools that run at the model's side and whose outcome is in the text of
// the answer. Clients of LiteLLM give them in a chat; they pass as they are.
var hosted = []string{"web_search", "web_search_preview", "file_search", "code_interpreter"}

// tool begins an element of the tools.
func (r *request) tool(text string) {
	if r.tools != nil {
		r.tools = append(r.tools, ',')
	}
	r.tools = append(r.tools, text...)
}

// toolMember appends a member to the last tool, if there is a value.
func (r *request) toolMember(name string, v gjson.Result) {
	if v.Exists() && v.Type != gjson.Null {
		r.tools = append(r.tools, `,"`+name+`":`...)
		r.tools = append(r.tools, v.Raw...)
	}
}

func (r *request) chatTools(_ *param, v gjson.Result) *azure.Error {
	return each("tools", v, func(path string, tool gjson.Result) *azure.Error {
		kind := tool.Get("type").Str
		switch {
		case kind == "function":
			return r.function(path+".function", tool.Get("function"))
		case kind == "custom":
			return r.customTool(path+".custom", tool.Get("custom"))
		case slices.Contains(hosted, kind):
			r.tool(tool.Raw)
			return nil
		}
		return invalid("invalid_value", path+".type", "Invalid value for '%s.type': supported values are: 'function' and 'custom'.", path)
	})
}

// chatFunctions takes the parameter that chat had before it had tools. Such a client
// reads one function_call and knows no tool_calls.
func (r *request) chatFunctions(_ *param, v gjson.Result) *azure.Error {
	r.answer.functions = true
	r.parallel = []byte("false")
	return each("functions", v, r.function)
}

// function writes a function's definition, which chat has in an object of its own.
func (r *request) function(path string, f gjson.Result) *azure.Error {
	name := f.Get("name")
	if name.Type != gjson.String {
		return mistyped(path+".name", "a string")
	}
	r.tool(`{"type":"function"`)
	r.toolMember("name", name)
	r.toolMember("description", f.Get("description"))
	r.tools = append(r.tools, `,"parameters":`...)
	if parameters := f.Get("parameters"); parameters.IsObject() {
		r.tools = append(r.tools, parameters.Raw...)
	} else {
		r.tools = append(r.tools, noParameters...)
	}
	r.tools = append(r.tools, `,"strict":`...)
	r.tools = append(r.tools, orFalse(f.Get("strict"))...)
	r.tools = append(r.tools, '}')
	return nil
}

// customTool writes a tool that takes any text; Responses has the grammar one level
// higher.
func (r *request) customTool(path string, c gjson.Result) *azure.Error {
	name := c.Get("name")
	if name.Type != gjson.String {
		return mistyped(path+".name", "a string")
	}
	r.tool(`{"type":"custom"`)
	r.toolMember("name", name)
	r.toolMember("description", c.Get("description"))
	if format := c.Get("format"); format.IsObject() {
		r.tools = append(r.tools, `,"format":{"type":`...)
		if format.Get("type").Str == "grammar" {
			r.tools = append(r.tools, `"grammar"`...)
			r.toolMember("syntax", format.Get("grammar.syntax"))
			r.toolMember("definition", format.Get("grammar.definition"))
		} else {
			r.tools = append(r.tools, `"text"`...)
		}
		r.tools = append(r.tools, '}')
	}
	r.tools = append(r.tools, '}')
	return nil
}

// webSearch makes a tool of what is a parameter in chat.
func (r *request) webSearch(_ *param, v gjson.Result) *azure.Error {
	if !v.IsObject() {
		return mistyped("web_search_options", "an object")
	}
	r.tool(`{"type":"web_search"`)
	r.toolMember("search_context_size", v.Get("search_context_size"))
	if place := v.Get("user_location.approximate"); place.IsObject() {
		r.tools = append(r.tools, `,"user_location":{"type":"approximate"`...)
		for _, name := range []string{"city", "country", "region", "timezone"} {
			r.toolMember(name, place.Get(name))
		}
		r.tools = append(r.tools, '}')
	}
	r.tools = append(r.tools, '}')
	return nil
}

func (r *request) chatToolChoice(_ *param, v gjson.Result) *azure.Error {
	if v.Type == gjson.String {
		r.toolChoice = []byte(v.Raw)
		return nil
	}
	if v.Get("type").Str != "allowed_tools" {
		return r.choice("tool_choice", v)
	}
	allowed := v.Get("allowed_tools")
	mode := allowed.Get("mode")
	if mode.Type != gjson.String {
		return mistyped("tool_choice.allowed_tools.mode", "a string")
	}
	r.toolChoice = append(r.toolChoice, `{"type":"allowed_tools","mode":`...)
	r.toolChoice = append(r.toolChoice, mode.Raw...)
	r.toolChoice = append(r.toolChoice, `,"tools":[`...)
	err := each("tool_choice.allowed_tools.tools", allowed.Get("tools"), func(path string, v gjson.Result) *azure.Error {
		if r.toolChoice[len(r.toolChoice)-1] != '[' {
			r.toolChoice = append(r.toolChoice, ',')
		}
		return r.choice(path, v)
	})
	r.toolChoice = append(r.toolChoice, "]}"...)
	return err
}

// choice appends one tool that is chosen, which chat names in an object of its own.
func (r *request) choice(path string, v gjson.Result) *azure.Error {
	switch kind := v.Get("type").Str; {
	case kind == "function" || kind == "custom":
		name := v.Get(kind).Get("name")
		if name.Type != gjson.String {
			return mistyped(path+"."+kind+".name", "a string")
		}
		r.toolChoice = append(r.toolChoice, `{"type":"`+kind+`","name":`...)
		r.toolChoice = append(append(r.toolChoice, name.Raw...), '}')
		return nil
	case slices.Contains(hosted, kind):
		r.toolChoice = append(r.toolChoice, `{"type":"`+kind+`"}`...)
		return nil
	}
	return invalid("invalid_value", path, "Invalid value for '%s': expected a tool of type 'function' or 'custom'.", path)
}

// chatFunctionCall takes the choice that chat had before it had tools.
func (r *request) chatFunctionCall(_ *param, v gjson.Result) *azure.Error {
	if v.Type == gjson.String {
		r.toolChoice = []byte(v.Raw)
		return nil
	}
	name := v.Get("name")
	if name.Type != gjson.String {
		return mistyped("function_call.name", "a string")
	}
	r.toolChoice = append(append(append(r.toolChoice[:0], `{"type":"function","name":`...), name.Raw...), '}')
	return nil
}
