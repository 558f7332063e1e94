package fakeazure

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// strict is the standard configuration that refuses what nobody knows.
func strict() Config {
	c := standard()
	c.Strict = true
	return c
}

func TestStrictResponses(t *testing.T) {
	s := start(t, strict())
	input := func(items string) string { return `{"model":"chat","input":[` + items + `]}` }
	with := func(field string) string { return `{"model":"chat","input":"x",` + field + `}` }
	user := func(parts string) string { return input(`{"role":"user","content":[` + parts + `]}`) }
	const unknown, missing, value, kind = "unknown_parameter", "missing_required_parameter", "invalid_value", "invalid_type"
	for _, row := range []struct{ name, body, param, code string }{
		{"a field of nobody", with(`"surprise":1`), "surprise", unknown},
		{"a field of chat", with(`"response_format":{"type":"text"}`), "response_format", unknown},
		{"reasoning_effort", with(`"reasoning_effort":"low"`), "reasoning_effort", unknown},
		{"stop", with(`"stop":["a"]`), "stop", unknown},
		{"a text part of chat", user(`{"type":"text","text":"x"}`), "input[0].content[0]", value},
		{"an image part of chat", user(`{"type":"image_url","image_url":{"url":"https://x"}}`), "input[0].content[0]", value},
		{"an image in the form of chat", user(`{"type":"input_image","image_url":{"url":"https://x"}}`), "input[0].content[0].image_url", kind},
		{"a field of a part", user(`{"type":"input_text","text":"x","cache_control":{}}`), "input[0].content[0].cache_control", unknown},
		{"an output part of the user", user(`{"type":"output_text","text":"x"}`), "input[0].content[0]", value},
		{"an input part of the assistant", input(`{"role":"assistant","content":[{"type":"input_text","text":"x"}]}`), "input[0].content[0]", value},
		{"an output part of the system", input(`{"role":"system","content":[{"type":"output_text","text":"x"}]}`), "input[0].content[0]", value},
		{"a tool message", input(`{"role":"tool","content":"x"}`), "input[0].role", value},
		{"a message with tool calls", input(`{"role":"assistant","content":"x","tool_calls":[]}`), "input[0].tool_calls", unknown},
		{"a message with a name", input(`{"role":"user","content":"x","name":"me"}`), "input[0].name", unknown},
		{"a message without a content", input(`{"role":"user"}`), "input[0].content", missing},
		{"an item of nobody", input(`{"type":"thought"}`), "input[0]", value},
		{"a call with a nested function", input(`{"type":"function_call","call_id":"c","function":{"name":"f","arguments":"{}"}}`), "input[0].arguments", missing},
		{"a call with arguments that are no text", input(`{"type":"function_call","call_id":"c","name":"f","arguments":{}}`), "input[0].arguments", kind},
		{"a call without its id", input(`{"type":"function_call","name":"f","arguments":"{}"}`), "input[0].call_id", missing},
		{"an output with the id of chat", input(`{"type":"function_call_output","tool_call_id":"c","output":"x"}`), "input[0].call_id", missing},
		{"an output with a content", input(`{"type":"function_call_output","call_id":"c","output":"x","content":"x"}`), "input[0].content", unknown},
		{"an output that is an object", input(`{"type":"function_call_output","call_id":"c","output":{"a":1}}`), "input[0].output", kind},
		{"reasoning without a summary", input(`{"type":"reasoning","id":"rs_1"}`), "input[0].summary", missing},
		{"reasoning with thinking", input(`{"type":"reasoning","id":"rs_1","summary":[],"thinking":"x"}`), "input[0].thinking", unknown},
		{"a summary of another kind", input(`{"type":"reasoning","id":"rs_1","summary":[{"type":"text","text":"x"}]}`), "input[0].summary[0]", value},
		{"a tool of chat", with(`"tools":[{"type":"function","function":{"name":"f"}}]`), "tools[0].name", missing},
		{"a tool with a nested function", with(`"tools":[{"type":"function","name":"f","function":{"name":"f"}}]`), "tools[0].function", unknown},
		{"a tool of Claude's", with(`"tools":[{"type":"function","name":"f","input_schema":{}}]`), "tools[0].input_schema", unknown},
		{"a tool without a type", with(`"tools":[{"name":"f"}]`), "tools[0].type", missing},
		{"a tool's name", with(`"tools":[{"type":"function","name":"a b"}]`), "tools[0].name", value},
		{"a tool choice of chat", with(weatherTool + `,"tool_choice":{"type":"function","function":{"name":"weather"}}`), "tool_choice.name", missing},
		{"a tool choice of Claude's", with(weatherTool + `,"tool_choice":"any"`), "tool_choice", value},
		{"a schema in the form of chat", with(`"text":{"format":{"type":"json_schema","json_schema":{"name":"n","schema":{}}}}`), "text.format.name", missing},
		{"a schema nested too", with(`"text":{"format":{"type":"json_schema","name":"n","schema":{},"json_schema":{}}}`), "text.format.json_schema", unknown},
		{"a verbosity", with(`"text":{"verbosity":"loud"}`), "text.verbosity", value},
		{"a field of text", with(`"text":{"type":"text"}`), "text.type", unknown},
		{"a field of reasoning", with(`"reasoning":{"budget_tokens":1024}`), "reasoning.budget_tokens", unknown},
		{"a summary", with(`"reasoning":{"summary":"long"}`), "reasoning.summary", value},
		{"an include", with(`"include":["reasoning.encrypted_content","usage"]`), "include[1]", value},
		{"include_usage", with(`"stream":true,"stream_options":{"include_usage":true}`), "stream_options.include_usage", unknown},
		{"a limit that is no number", with(`"max_output_tokens":"9"`), "max_output_tokens", kind},
		{"a temperature above 2", with(`"temperature":3`), "temperature", value},
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, r := range []result{
				respond(t, s, row.body),
				send(t, http.MethodPost, s.URL("a")+"/openai/responses?api-version="+dated, row.body, "api-key", "key-a"),
			} {
				want(t, "status", r.Status, http.StatusBadRequest)
				want(t, "param", r.JSON(t, "error.param"), row.param)
				want(t, "code", r.JSON(t, "error.code"), row.code)
				want(t, "type", r.JSON(t, "error.type"), "invalid_request_error")
			}
		})
	}
	r := respond(t, s, user(`{"type":"text","text":"x"}`))
	want(t, "the words", r.JSON(t, "error.message"), "Invalid value: 'text'. Supported values are: 'input_file', 'input_image', 'input_text'.")
	loose := start(t, standard())
	want(t, "status when not strict", respond(t, loose, with(`"surprise":1`)).Status, http.StatusOK)
}

func TestStrictResponsesTakeWhatTheirSDKHas(t *testing.T) {
	s := start(t, strict())
	for _, row := range []struct{ name, body string }{
		{"every kind of input", `{"model":"chat","input":[{"role":"developer","content":"d"},
			{"type":"message","role":"user","content":[{"type":"input_text","text":"x"},{"type":"input_image","detail":"auto","image_url":"https://x"},{"type":"input_file","file_data":"d","filename":"f"}]},
			{"role":"assistant","content":[{"type":"output_text","text":"y","annotations":[]},{"type":"refusal","refusal":"z"}]},
			{"type":"function_call","call_id":"c","name":"f","arguments":"{}","status":"completed"},
			{"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"x"}]}]}`},
		{"everything at the top", `{"model":"chat","input":"x","instructions":"i","include":["reasoning.encrypted_content"],"max_output_tokens":90,"metadata":{"a":"b"},"parallel_tool_calls":true,
			"prompt_cache_key":"k","safety_identifier":"s","service_tier":"auto","store":false,"stream":false,"temperature":1,"top_p":1,"truncation":"auto","user":"u","reasoning":null,
			"text":{"format":{"type":"text"},"verbosity":"low"},"tool_choice":"auto",` + weatherTool + `}`},
		{"a named tool and a strict one", `{"model":"chat","input":"x","tools":[{"type":"function","name":"f","strict":true,"description":"d","parameters":{}},{"type":"web_search"}],"tool_choice":{"type":"function","name":"f"}}`},
		{"a schema", `{"model":"chat","input":"x","text":{"format":{"type":"json_schema","name":"n","strict":true,"schema":{}}}}`},
		{"a stream without padding", `{"model":"chat","input":"x","stream":true,"stream_options":{"include_obfuscation":false}}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			if r := respond(t, s, row.body); r.Status != http.StatusOK {
				t.Errorf("status %d: %s", r.Status, r.Body)
			}
		})
	}
	t.Run("the output of a response", func(t *testing.T) {
		first := respond(t, s, `{"model":"reason","input":"x","reasoning":{"summary":"auto"},"include":["reasoning.encrypted_content"],"store":false,`+weatherTool+`}`)
		var whole struct{ Output []json.RawMessage }
		_ = json.Unmarshal([]byte(first.Body), &whole)
		var items []string
		for _, item := range whole.Output {
			items = append(items, string(item))
		}
		items = append(items, `{"type":"function_call_output","call_id":"`+field(t, first, "output.1.call_id")+`","output":"12 C"}`)
		r := respond(t, s, `{"model":"reason","store":false,"input":[{"role":"user","content":"x"},`+strings.Join(items, ",")+`]}`)
		if r.Status != http.StatusOK {
			t.Errorf("status %d: %s", r.Status, r.Body)
		}
	})
}
