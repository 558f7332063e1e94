package fakeazure

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestChatAnswersFromTheRequest(t *testing.T) {
	s := start(t, standard())
	r := classic(t, s, "chat", "chat/completions", ask("hello there"))
	want(t, "status", r.Status, http.StatusOK)
	want(t, "content", r.JSON(t, "choices.0.message.content"), "You said: hello there")
	want(t, "model", r.JSON(t, "model"), "gpt-4o-2024-11-20")
	want(t, "finish", r.JSON(t, "choices.0.finish_reason"), "stop")
	want(t, "prompt verdict", r.JSON(t, "prompt_filter_results.0.content_filter_results.hate.severity"), "safe")
	want(t, "answer verdict", r.JSON(t, "choices.0.content_filter_results.hate.filtered"), false)
	want(t, "completion tokens", r.JSON(t, "usage.completion_tokens"), 4.0)
	want(t, "total", r.JSON(t, "usage.total_tokens"), r.JSON(t, "usage.prompt_tokens").(float64)+4)
	again := classic(t, s, "chat", "chat/completions", ask("hello there"))
	want(t, "identity of the same request", again.JSON(t, "id"), r.JSON(t, "id"))
	other := classic(t, s, "chat", "chat/completions", ask("hello here"))
	if other.JSON(t, "id") == r.JSON(t, "id") {
		t.Error("another request has the same id")
	}
	s.Check(t)
}

func TestChatOptions(t *testing.T) {
	s := start(t, standard())
	tool := `"tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object","properties":{"city":{"type":"string"},"unit":{"enum":["c","f"]}},"required":["city","unit"]}}}]`
	for _, row := range []struct{ name, body, path, expected string }{
		{"n choices", ask("x", `"n":3`), "choices.2.index", "2"},
		{"max_tokens cuts", ask("a b c d", `"max_tokens":3`), "choices.0.finish_reason", `"length"`},
		{"max_completion_tokens cuts", ask("a b c d", `"max_completion_tokens":3`), "choices.0.message.content", `"You said: a "`},
		{"a stop word", ask("a b c", `"stop":" b"`), "choices.0.message.content", `"You said: a"`},
		{"content in parts", `{"messages":[{"role":"user","content":[{"type":"text","text":"see"},{"type":"image_url","image_url":{"url":"data:"}}]}]}`, "choices.0.message.content", `"You said: see [image_url]"`},
		{"logprobs", ask("x", `"logprobs":true,"top_logprobs":2`), "choices.0.logprobs.content.0.top_logprobs.1.logprob", "-1.25"},
		{"structured output", ask("x", `"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}}}`), "choices.0.message.content", `"{\"a\":1}"`},
		{"JSON output", ask("x", `"response_format":{"type":"json_object"}`), "choices.0.message.content", `"{\"answer\":\"You said: x\"}"`},
		{"a tool call", ask("x", tool), "choices.0.message.tool_calls.0.function.arguments", `"{\"city\":\"text\",\"unit\":\"c\"}"`},
		{"the finish of a tool call", ask("x", tool), "choices.0.finish_reason", `"tool_calls"`},
		{"tool_choice none", ask("x", tool, `"tool_choice":"none"`), "choices.0.message.content", `"You said: x"`},
		{"a function call", ask("x", `"functions":[{"name":"f","parameters":{}}]`), "choices.0.message.function_call.name", `"f"`},
		{"the answer to a tool", `{"messages":[{"role":"user","content":"x"},{"role":"tool","tool_call_id":"c","content":"12 C"}],` + tool + `}`, "choices.0.message.content", `"The tool said: 12 C"`},
		{"audio", ask("x", `"modalities":["text","audio"],"audio":{"voice":"alloy","format":"wav"}`), "choices.0.message.audio.transcript", `"You said: x"`},
		{"data sources", ask("x", `"data_sources":[{"type":"azure_search"}]`), "choices.0.message.context.intent", `"[]"`},
		{"a filtered answer", ask("one two three " + FilterAnswer), "choices.0.finish_reason", `"content_filter"`},
		{"a filter that is out", ask(FilterOutage), "choices.0.content_filter_results.error.code", `"content_filter_error"`},
		{"null fields", ask("x", `"model":null,"temperature":null,"n":null,"stop":null,"tools":null,"tool_choice":null`), "choices.0.message.content", `"You said: x"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := classic(t, s, "chat", "chat/completions", row.body)
			if r.Status != http.StatusOK {
				t.Fatalf("status %d: %s", r.Status, r.Body)
			}
			got, _ := json.Marshal(r.JSON(t, row.path))
			want(t, row.path, string(got), row.expected)
		})
	}
}

func TestChatRefusals(t *testing.T) {
	s := start(t, standard())
	for _, row := range []struct{ name, deployment, body, param, code string }{
		{"no messages", "chat", `{}`, "messages", "missing_required_parameter"},
		{"a filtered prompt", "chat", ask(FilterPrompt), "prompt", "content_filter"},
		{"stream_options without a stream", "chat", ask("x", `"stream_options":{"include_usage":true}`), "stream_options", ""},
		{"two limits", "chat", ask("x", `"max_tokens":1,"max_completion_tokens":1`), "max_tokens", "invalid_parameter_combination"},
		{"developer without reasoning", "chat", `{"messages":[{"role":"developer","content":"x"}]}`, "messages[0].role", "invalid_value"},
		{"an unheard-of role", "chat", `{"messages":[{"role":"boss","content":"x"}]}`, "messages[0].role", "invalid_value"},
		{"effort without reasoning", "chat", ask("x", `"reasoning_effort":"low"`), "reasoning_effort", "unsupported_parameter"},
		{"max_tokens", "reason", ask("x", `"max_tokens":1`), "max_tokens", "unsupported_parameter"},
		{"temperature", "reason", ask("x", `"temperature":0.2`), "temperature", "unsupported_value"},
		{"top_p", "reason", ask("x", `"top_p":0.5`), "top_p", "unsupported_parameter"},
		{"presence_penalty", "reason", ask("x", `"presence_penalty":1`), "presence_penalty", "unsupported_parameter"},
		{"frequency_penalty", "five", ask("x", `"frequency_penalty":1`), "frequency_penalty", "unsupported_parameter"},
		{"logprobs", "five", ask("x", `"logprobs":true`), "logprobs", "unsupported_parameter"},
		{"top_logprobs", "five", ask("x", `"top_logprobs":2`), "top_logprobs", "unsupported_parameter"},
		{"logit_bias", "five", ask("x", `"logit_bias":{"1":2}`), "logit_bias", "unsupported_parameter"},
		{"temperature with effort", "five-one", ask("x", `"temperature":0.2,"reasoning_effort":"low"`), "temperature", "unsupported_value"},
		{"an unknown effort", "reason", ask("x", `"reasoning_effort":"minimal"`), "reasoning_effort", "unsupported_value"},
		{"system for o1-mini", "o1-mini", `{"messages":[{"role":"system","content":"x"}]}`, "messages[0].role", "unsupported_value"},
		{"developer for o1-mini", "o1-mini", `{"messages":[{"role":"developer","content":"x"}]}`, "messages[0].role", "unsupported_value"},
		{"tools for o1-mini", "o1-mini", ask("x", `"tools":[{"type":"function","function":{"name":"f"}}]`), "tools", "unsupported_parameter"},
		{"a stream of o1", "o1", ask("x", `"stream":true`), "stream", "unsupported_value"},
		{"an image for o3-mini", "reason", `{"messages":[{"role":"user","content":[{"type":"image_url"}]}]}`, "messages.[0].content", ""},
		{"parallel tools for o3-mini", "reason", ask("x", `"tools":[{"type":"function","function":{"name":"f"}}],"parallel_tool_calls":true`), "parallel_tool_calls", "unsupported_parameter"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := classic(t, s, row.deployment, "chat/completions", row.body)
			want(t, "status", r.Status, http.StatusBadRequest)
			param, code := r.JSON(t, "error.param"), r.JSON(t, "error.code")
			if code == nil {
				code = ""
			}
			want(t, "param", param, row.param)
			want(t, "code", code, row.code)
		})
	}
}

func TestChatOfReasoningModels(t *testing.T) {
	s := start(t, standard())
	for _, row := range []struct{ name, deployment, body string }{
		{"neutral values", "reason", ask("x", `"temperature":1,"top_p":1,"presence_penalty":0,"frequency_penalty":0,"logprobs":false,"logit_bias":{},"max_tokens":null`)},
		{"both system roles", "reason", `{"messages":[{"role":"system","content":"x"},{"role":"developer","content":"y"},{"role":"user","content":"z"}]}`},
		{"gpt-5.1 does not think by default", "five-one", ask("x", `"temperature":0.2,"top_p":0.5,"logprobs":true`)},
		{"gpt-5.1 told not to think", "five-one", ask("x", `"temperature":0.2,"reasoning_effort":"none"`)},
		{"gpt-5-chat does not think", "five-chat", ask("x", `"temperature":0.2,"max_tokens":5`)},
		{"system for a chat model", "chat", `{"messages":[{"role":"system","content":"x"},{"role":"user","content":"z"}]}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := classic(t, s, row.deployment, "chat/completions", row.body)
			if r.Status != http.StatusOK {
				t.Errorf("status %d: %s", r.Status, r.Body)
			}
		})
	}
	r := classic(t, s, "five", "chat/completions", ask("x", `"reasoning_effort":"high"`))
	want(t, "reasoning tokens", r.JSON(t, "usage.completion_tokens_details.reasoning_tokens"), 128.0)
	want(t, "completion tokens", r.JSON(t, "usage.completion_tokens"), 131.0)
}

func TestStrictChat(t *testing.T) {
	c := standard()
	c.Strict = true
	s := start(t, c)
	for _, row := range []struct {
		name, version, body string
		status              int
	}{
		{"an unknown field", dated, ask("x", `"surprise":1`), http.StatusBadRequest},
		{"a known field", dated, ask("x", `"seed":1`), http.StatusOK},
		{"a field before its version", "2024-06-01", ask("x", `"max_completion_tokens":9`), http.StatusBadRequest},
		{"a field in its version", "2024-09-01-preview", ask("x", `"max_completion_tokens":9`), http.StatusOK},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := send(t, http.MethodPost, s.URL("a")+"/openai/deployments/chat/chat/completions?api-version="+row.version, row.body, "api-key", "key-a")
			want(t, "status", r.Status, row.status)
			if r.Status != http.StatusOK {
				want(t, "code", r.JSON(t, "error.code"), "unknown_parameter")
			}
		})
	}
	loose := start(t, standard())
	r := classic(t, loose, "chat", "chat/completions", ask("x", `"surprise":1`))
	want(t, "status when not strict", r.Status, http.StatusOK)
	last, _ := loose.Last()
	if !strings.Contains(string(last.Body), `"surprise":1`) {
		t.Error("the unknown field was not recorded")
	}
}
