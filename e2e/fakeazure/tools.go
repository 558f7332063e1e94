package fakeazure

import "encoding/json"

// chatTool is an entry of `tools` in a chat request.
type chatTool struct {
	Type     string     `json:"type"`
	Function toolSchema `json:"function"`
}

type toolSchema struct {
	Name       string          `json:"name"`
	Parameters json.RawMessage `json:"parameters"`
}

// toolChoice is a mode ("auto", "none", "required") or names one tool, in
// chat's shape ({"function":{"name"}}) or that of responses ({"name"}).
type toolChoice struct{ mode, name string }

func (t *toolChoice) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &t.mode)
	}
	var named struct {
		Name     string
		Function struct{ Name string }
	}
	if err := json.Unmarshal(data, &named); err != nil {
		return err
	}
	t.name = named.Name + named.Function.Name
	return nil
}

// choose takes the tool to call: the named one, else the first; nil when there
// is none or the client wants none.
func choose(tools []chatTool, choice toolChoice) *toolSchema {
	if choice.mode == "none" {
		return nil
	}
	var functions []toolSchema
	for _, tool := range tools {
		if tool.Function.Name != "" {
			functions = append(functions, tool.Function)
		}
	}
	return pick(functions, choice.name)
}

func pick(functions []toolSchema, name string) *toolSchema {
	for i := range functions {
		if name == "" || functions[i].Name == name {
			return &functions[i]
		}
	}
	return nil
}
