package fakeazure

import (
	"encoding/json"
	"net/http"
	"testing"
)

func TestStrictChatLooksInside(t *testing.T) {
	s := start(t, strict())
	talk := func(messages string) string { return `{"messages":[` + messages + `]}` }
	user := func(parts string) string { return talk(`{"role":"user","content":[` + parts + `]}`) }
	const unknown, missing, value, kind = "unknown_parameter", "missing_required_parameter", "invalid_value", "invalid_type"
	for _, row := range []struct{ name, body, param, code string }{
		{"a field of a message", talk(`{"role":"user","content":"x","cache_control":{}}`), "messages[0].cache_control", unknown},
		{"a message's reasoning", talk(`{"role":"assistant","content":"x","reasoning_content":"y"}`), "messages[0].reasoning_content", unknown},
		{"a part of responses", user(`{"type":"input_text","text":"x"}`), "messages[0].content[0]", value},
		{"a part of Claude's", user(`{"type":"image","source":{}}`), "messages[0].content[0]", value},
		{"a field of a part", user(`{"type":"text","text":"x","cache_control":{}}`), "messages[0].content[0].cache_control", unknown},
		{"an image that is no object", user(`{"type":"image_url","image_url":"https://x"}`), "messages[0].content[0].image_url", kind},
		{"an image of the system", talk(`{"role":"system","content":[{"type":"image_url","image_url":{"url":"https://x"}}]}`), "messages[0].content[0]", value},
		{"a tool's message without its call", talk(`{"role":"tool","content":"x"}`), "messages[0].tool_call_id", missing},
		{"a call in the form of responses", talk(`{"role":"assistant","content":null,"tool_calls":[{"type":"function","id":"c","name":"f","arguments":"{}"}]}`), "messages[0].tool_calls[0].function", missing},
		{"arguments that are no text", talk(`{"role":"assistant","content":null,"tool_calls":[{"type":"function","id":"c","function":{"name":"f","arguments":{}}}]}`), "messages[0].tool_calls[0].function.arguments", kind},
		{"a tool in the form of responses", ask("x", `"tools":[{"type":"function","name":"f"}]`), "tools[0].function", missing},
		{"a field of a tool", ask("x", `"tools":[{"type":"function","function":{"name":"f","input_schema":{}}}]`), "tools[0].function.input_schema", unknown},
		{"a tool of the service", ask("x", `"tools":[{"type":"web_search"}]`), "tools[0]", value},
		{"a choice in the form of responses", ask("x", `"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"function","name":"f"}`), "tool_choice.function", missing},
		{"a choice of Claude's", ask("x", `"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"any"`), "tool_choice", value},
		{"a format in the form of responses", ask("x", `"response_format":{"type":"json_schema","name":"n","schema":{}}`), "response_format.json_schema", missing},
		{"a field of a format", ask("x", `"response_format":{"type":"json_schema","json_schema":{"name":"n","type":"object"}}`), "response_format.json_schema.type", unknown},
		{"a field of stream_options", ask("x", `"stream":true,"stream_options":{"usage":true}`), "stream_options.usage", unknown},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := classic(t, s, "chat", "chat/completions", row.body)
			want(t, "status", r.Status, http.StatusBadRequest)
			want(t, "param", r.JSON(t, "error.param"), row.param)
			want(t, "code", r.JSON(t, "error.code"), row.code)
		})
	}
}

func TestStrictChatTakesItsOwnAnswers(t *testing.T) {
	s := start(t, strict())
	tool := `"tools":[{"type":"function","function":{"name":"weather","description":"d","strict":true,"parameters":{"type":"object"}}}]`
	first := classic(t, s, "chat", "chat/completions", ask("x", tool, `"tool_choice":"auto","parallel_tool_calls":true`))
	message, _ := json.Marshal(first.JSON(t, "choices.0.message"))
	id := field(t, first, "choices.0.message.tool_calls.0.id")
	r := classic(t, s, "chat", "chat/completions", `{"messages":[{"role":"system","content":[{"type":"text","text":"s"}]},{"role":"user","name":"me","content":[{"type":"text","text":"x"},
		{"type":"image_url","image_url":{"url":"https://x","detail":"low"}}]},`+string(message)+`,{"role":"tool","tool_call_id":"`+id+`","content":"12 C"}],`+tool+`}`)
	want(t, "answer", r.JSON(t, "choices.0.message.content"), "The tool said: 12 C")
}

func TestChatRefusesInItsAnswer(t *testing.T) {
	s := start(t, standard())
	r := classic(t, s, "chat", "chat/completions", ask(RefuseAnswer))
	want(t, "refusal", r.JSON(t, "choices.0.message.refusal"), refusal)
	want(t, "content", r.JSON(t, "choices.0.message.content"), nil)
	streamed := ""
	for _, chunk := range chunks(t, classic(t, s, "chat", "chat/completions", ask(RefuseAnswer, `"stream":true`)).Body) {
		if piece, ok := walk(chunk, "choices.0.delta.refusal").(string); ok {
			streamed += piece
		}
	}
	want(t, "streamed refusal", streamed, refusal)
}
