package responses

import (
	"strings"
	"testing"
)

const hi = `"messages":[{"role":"user","content":"Hi"}]`

func TestWhatResponsesCannotDoIsRefusedByName(t *testing.T) {
	for _, c := range []struct{ name, member, param, code string }{
		{"several answers", `"n":2`, "n", "unsupported_parameter"},
		{"one answer, said with a text", `"n":"1"`, "n", "unsupported_parameter"},
		{"stop sequences", `"stop":["x"]`, "stop", "unsupported_parameter"},
		{"a stop sequence", `"stop":"x"`, "stop", "unsupported_parameter"},
		{"a seed", `"seed":0`, "seed", "unsupported_parameter"},
		{"biases", `"logit_bias":{"1":1}`, "logit_bias", "unsupported_parameter"},
		{"presence", `"presence_penalty":0.1`, "presence_penalty", "unsupported_parameter"},
		{"frequency", `"frequency_penalty":-1`, "frequency_penalty", "unsupported_parameter"},
		{"audio out", `"modalities":["text","audio"]`, "modalities", "unsupported_parameter"},
		{"audio's voice", `"audio":{"voice":"alloy"}`, "audio", "unsupported_parameter"},
		{"a prediction", `"prediction":{"type":"content"}`, "prediction", "unsupported_parameter"},
		{"moderation", `"moderation":{"model":"m"}`, "moderation", "unsupported_parameter"},
		{"in the background", `"background":true`, "background", "unsupported_parameter"},
		{"an unknown parameter", `"temprature":1`, "temprature", "unknown_parameter"},
		{"a parameter of responses that chat cannot answer", `"conversation":"c"`, "conversation", "unknown_parameter"},
		{"an unknown option of streams", `"stream_options":{"x":1}`, "stream_options.x", "unsupported_parameter"},
		{"an unknown option of streams before one that is known", `"stream_options":{"x":1,"include_usage":true}`, "stream_options.x", "unsupported_parameter"},
		{"a name of a person", `"messages":[{"role":"user","content":"Hi","name":"Ann"}]`, "messages[0].name", "unsupported_parameter"},
		{"a name of the model", `"messages":[{"role":"assistant","content":"Hi","name":"Ann"}]`, "messages[0].name", "unsupported_parameter"},
		{"audio that the model said", `"messages":[{"role":"assistant","audio":{"id":"a"}}]`, "messages[0].audio", "unsupported_parameter"},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := `{` + c.member + `}`
			if !strings.Contains(body, `"messages"`) {
				body = `{` + hi + `,` + c.member + `}`
			}
			a := ask(body)
			_, err := Translator{}.Request(a)
			if err == nil || err.Status != 400 || err.Param != c.param || err.Code != c.code || err.Type != "invalid_request_error" {
				t.Fatalf("%+v", err)
			}
			if !strings.Contains(err.Message, c.param) {
				t.Errorf("the message does not name it: %s", err.Message)
			}
			a.DropParams = true
			got, err := Translator{}.Request(a)
			if err != nil {
				t.Fatalf("with drop_params: %+v", err)
			}
			taken(t, schema(t), got.Body)
		})
	}
}

func TestWhatIsWrongIsRefusedWhetherParametersAreDroppedOrNot(t *testing.T) {
	for _, c := range []struct{ name, body, param, code string }{
		{"no messages", `{}`, "messages", "missing_required_parameter"},
		{"messages that are a text", `{"messages":"Hi"}`, "messages", "invalid_type"},
		{"a message that is a text", `{"messages":["Hi"]}`, "messages[0]", "invalid_type"},
		{"an unknown role", `{"messages":[{"role":"user","content":"x"},{"role":"robot","content":"x"}]}`, "messages[1].role", "invalid_value"},
		{"no content", `{"messages":[{"role":"user"}]}`, "messages[0].content", "invalid_type"},
		{"content that is a number", `{"messages":[{"role":"assistant","content":1}]}`, "messages[0].content", "invalid_type"},
		{"a part of audio", `{"messages":[{"role":"user","content":[{"type":"text","text":"x"},{"type":"input_audio","input_audio":{"data":"","format":"wav"}}]}]}`, "messages[0].content[1].type", "unsupported_value"},
		{"a part without text", `{"messages":[{"role":"user","content":[{"type":"text"}]}]}`, "messages[0].content[0].text", "invalid_type"},
		{"an image without a link", `{"messages":[{"role":"user","content":[{"type":"image_url","image_url":"x"}]}]}`, "messages[0].content[0].image_url.url", "invalid_type"},
		{"a file without a file", `{"messages":[{"role":"user","content":[{"type":"file"}]}]}`, "messages[0].content[0].file", "invalid_type"},
		{"an image that the model said", `{"messages":[{"role":"assistant","content":[{"type":"image_url"}]}]}`, "messages[0].content[0]", "invalid_value"},
		{"a part of the model without text", `{"messages":[{"role":"assistant","content":[{"type":"text"}]}]}`, "messages[0].content[0]", "invalid_value"},
		{"a call without an id", `{"messages":[{"role":"assistant","tool_calls":[{"type":"function"}]}]}`, "messages[0].tool_calls[0].id", "invalid_type"},
		{"a call of an unknown kind", `{"messages":[{"role":"assistant","tool_calls":[{"id":"a","type":"x"}]}]}`, "messages[0].tool_calls[0].type", "invalid_value"},
		{"a call without a name", `{"messages":[{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{}}]}]}`, "messages[0].tool_calls[0].function.name", "invalid_type"},
		{"arguments that are an object", `{"messages":[{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"n","arguments":{}}}]}]}`, "messages[0].tool_calls[0].function.arguments", "invalid_type"},
		{"a call of a function without a name", `{"messages":[{"role":"assistant","function_call":{"arguments":"{}"}}]}`, "messages[0].function_call.name", "invalid_type"},
		{"a result without an id", `{"messages":[{"role":"tool","content":"x"}]}`, "messages[0].tool_call_id", "invalid_type"},
		{"a result of a function that was not called", `{"messages":[{"role":"function","name":"f","content":"x"}]}`, "messages[0].name", "invalid_value"},
		{"tools that are an object", `{` + hi + `,"tools":{}}`, "tools", "invalid_type"},
		{"a tool of an unknown kind", `{` + hi + `,"tools":[{"type":"image_generation"}]}`, "tools[0].type", "invalid_value"},
		{"a tool without a name", `{` + hi + `,"tools":[{"type":"function","function":{}}]}`, "tools[0].function.name", "invalid_type"},
		{"a custom tool without a name", `{` + hi + `,"tools":[{"type":"custom"}]}`, "tools[0].custom.name", "invalid_type"},
		{"a function without a name", `{` + hi + `,"functions":[{}]}`, "functions[0].name", "invalid_type"},
		{"a choice without a name", `{` + hi + `,"tool_choice":{"type":"function"}}`, "tool_choice.function.name", "invalid_type"},
		{"a choice of an unknown kind", `{` + hi + `,"tool_choice":{"type":"x"}}`, "tool_choice", "invalid_value"},
		{"allowed tools without a mode", `{` + hi + `,"tool_choice":{"type":"allowed_tools"}}`, "tool_choice.allowed_tools.mode", "invalid_type"},
		{"allowed tools of an unknown kind", `{` + hi + `,"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{}]}}}`, "tool_choice.allowed_tools.tools[0]", "invalid_value"},
		{"a function that is chosen without a name", `{` + hi + `,"function_call":{}}`, "function_call.name", "invalid_type"},
		{"a format that is a text", `{` + hi + `,"response_format":"json"}`, "response_format.type", "invalid_type"},
		{"a schema without a name", `{` + hi + `,"response_format":{"type":"json_schema","json_schema":{"schema":{}}}}`, "response_format.json_schema.name", "missing_required_parameter"},
		{"a format without a schema", `{` + hi + `,"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":null}}}`, "response_format.json_schema.schema", "missing_required_parameter"},
		{"options of streams that are a text", `{` + hi + `,"stream_options":"x"}`, "stream_options", "invalid_type"},
		{"reasoning that is a text", `{` + hi + `,"reasoning":"x"}`, "reasoning", "invalid_type"},
		{"text that is a text", `{` + hi + `,"text":"x"}`, "text", "invalid_type"},
		{"a search that is a text", `{` + hi + `,"web_search_options":"x"}`, "web_search_options", "invalid_type"},
		{"an include that is a text", `{` + hi + `,"include":"x"}`, "include", "invalid_type"},
		{"an include of a number", `{` + hi + `,"include":[1]}`, "include[0]", "invalid_type"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, drop := range []bool{false, true} {
				a := ask(c.body)
				a.DropParams = drop
				if _, err := (Translator{}).Request(a); err == nil || err.Status != 400 || err.Param != c.param || err.Code != c.code {
					t.Fatalf("drop_params %v: %+v", drop, err)
				}
			}
		})
	}
}

func TestWhatAsksForNothingIsNoError(t *testing.T) {
	got := sent(t, `{`+hi+`,"n":1.0,"stop":[],"presence_penalty":0,"frequency_penalty":0.0,"logit_bias":{},"modalities":["text"],"audio":null,"seed":null,"background":false,"whatever":null,"tools":null}`)
	if want := `{"model":"gpt-5-codex","input":[{"role":"user","content":"Hi"}],"store":false}`; string(got.Body) != want {
		t.Errorf("got %s, want %s", got.Body, want)
	}
}
