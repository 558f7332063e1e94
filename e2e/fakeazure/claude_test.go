package fakeazure

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// withClaude is a resource with a deployment of each kind of Claude.
func withClaude() Config {
	c := standard()
	c.Resources[0].Tokens = tokens{"foundry-token", claudeAudience}
	c.Resources[0].Deployments = append(c.Resources[0].Deployments,
		Deployment{Name: "sonnet", Model: "claude-sonnet-4-5", Version: "20250929"},
		Deployment{Name: "old", Model: "claude-sonnet-4"},
		Deployment{Name: "four-six", Model: "claude-opus-4-6"},
		Deployment{Name: "four-eight", Model: "claude-opus-4-8"},
		Deployment{Name: "opus", Model: "claude-opus-5"},
		Deployment{Name: "opus-newest", Model: "claude-opus-5-5"},
		Deployment{Name: "sonnet-newest", Model: "claude-sonnet-5-5"},
		Deployment{Name: "mythos", Model: "claude-mythos-preview"},
		Deployment{Name: "unheard-of", Model: "claude-nova-9"},
	)
	return c
}

// messages asks Claude with the key of resource a.
func messages(t testing.TB, s *Server, body string, header ...string) result {
	t.Helper()
	return send(t, http.MethodPost, s.URL("a")+"/anthropic/v1/messages", body, append([]string{"x-api-key", "key-a", "anthropic-version", "2023-06-01"}, header...)...)
}

// claudeAsk is a request of one user message with further fields.
func claudeAsk(model, text string, fields ...string) string {
	return `{"model":"` + model + `","max_tokens":2000,` + ask(text, fields...)[1:]
}

// claudeTalk is a request with these messages.
func claudeTalk(model, messages string, fields ...string) string {
	return `{"model":"` + model + `","max_tokens":2000,"messages":[` + messages + `]` + strings.Join(append([]string{""}, fields...), ",") + `}`
}

const (
	claudeWeather = `{"name":"weather","input_schema":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}`
	claudeClock   = `{"name":"clock","input_schema":{"type":"object","properties":{"zone":{"type":"string"}},"required":["zone"]}}`
)

func TestClaudeAnswersFromTheRequest(t *testing.T) {
	s := start(t, withClaude())
	r := messages(t, s, claudeAsk("sonnet", "hello there"))
	want(t, "status", r.Status, http.StatusOK)
	want(t, "type", r.JSON(t, "type"), "message")
	want(t, "role", r.JSON(t, "role"), "assistant")
	want(t, "model", r.JSON(t, "model"), "claude-sonnet-4-5-20250929")
	want(t, "text", r.JSON(t, "content.0.text"), "You said: hello there")
	want(t, "reason", r.JSON(t, "stop_reason"), "end_turn")
	want(t, "input", r.JSON(t, "usage.input_tokens"), 8.0)
	want(t, "output", r.JSON(t, "usage.output_tokens"), 4.0)
	want(t, "request-id", strings.HasPrefix(r.Header.Get("request-id"), "req_"), true)
	want(t, "apim-request-id", r.Header.Get("apim-request-id") != "", true)
	want(t, "rate limit headers", r.Header.Get("x-ratelimit-remaining-tokens")+r.Header.Get("anthropic-ratelimit-tokens-remaining"), "")
	again := messages(t, s, claudeAsk("sonnet", "hello there"))
	want(t, "identity of the same request", again.JSON(t, "id"), r.JSON(t, "id"))
	s.Check(t)
}

func TestClaudeOptions(t *testing.T) {
	s := start(t, withClaude())
	tools := `"tools":[` + claudeWeather + `,` + claudeClock + `]`
	asked := `{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"weather","input":{}}]},`
	schema := `"output_config":{"format":{"type":"json_schema","schema":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":false}}}`
	for _, row := range []struct{ name, body, path, expected string }{
		{"max_tokens cuts", strings.Replace(claudeAsk("sonnet", "a b c d"), "2000", "3", 1), "content.0.text", `"You said: a "`},
		{"the reason of a cut", strings.Replace(claudeAsk("sonnet", "a b c d"), "2000", "3", 1), "stop_reason", `"max_tokens"`},
		{"no tokens at all", strings.Replace(claudeAsk("sonnet", "a"), "2000", "0", 1), "content", `[]`},
		{"a stop sequence", claudeAsk("sonnet", "a b c", `"stop_sequences":["none"," b"]`), "content.0.text", `"You said: a"`},
		{"the stop sequence is named", claudeAsk("sonnet", "a b c", `"stop_sequences":["none"," b"]`), "stop_sequence", `" b"`},
		{"the reason of a stop sequence", claudeAsk("sonnet", "a b c", `"stop_sequences":[" b"]`), "stop_reason", `"stop_sequence"`},
		{"blocks", claudeTalk("sonnet", `{"role":"user","content":[{"type":"text","text":"see"},{"type":"image","source":{"type":"url","url":"https://x/y.png"}}]}`), "content.0.text", `"You said: see [image]"`},
		{"a tool", claudeAsk("sonnet", "x", `"tools":[`+claudeWeather+`]`), "content.0.input", `{"city":"text"}`},
		{"the reason of a tool", claudeAsk("sonnet", "x", `"tools":[`+claudeWeather+`]`), "stop_reason", `"tool_use"`},
		{"two tools at once", claudeAsk("sonnet", "x", tools), "content.1.name", `"clock"`},
		{"one tool at once", claudeAsk("sonnet", "x", tools, `"tool_choice":{"type":"auto","disable_parallel_tool_use":true}`), "content.1", `null`},
		{"any tool", claudeAsk("sonnet", "x", tools, `"tool_choice":{"type":"any"}`), "content.0.name", `"weather"`},
		{"the named tool", claudeAsk("sonnet", "x", tools, `"tool_choice":{"type":"tool","name":"clock"}`), "content.0.name", `"clock"`},
		{"no tool", claudeAsk("sonnet", "x", tools, `"tool_choice":{"type":"none"}`), "content.0.text", `"You said: x"`},
		{"a text before the tools", claudeAsk("sonnet", SayFirst, tools), "content.0.type", `"text"`},
		{"a server's tool is not used", claudeAsk("sonnet", "x", `"tools":[{"type":"web_search_20250305","name":"web_search","max_uses":2}]`), "content.0.text", `"You said: x"`},
		{"the result of a tool", claudeTalk("sonnet", asked+`{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"12 C"}]}`, tools), "content.0.text", `"The tool said: 12 C"`},
		{"the result of a tool, in blocks", claudeTalk("sonnet", asked+`{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"12"},{"type":"text","text":"C"}]}]}`, tools), "content.0.text", `"The tool said: 12 C"`},
		{"a text behind a result", claudeTalk("sonnet", asked+`{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1"},{"type":"text","text":"and now?"}]}`), "content.0.text", `"You said: and now?"`},
		{"structured output", claudeAsk("sonnet", "x", schema), "content.0.text", `"{\"a\":1}"`},
		{"a refused prompt", claudeAsk("sonnet", FilterPrompt), "content", `[]`},
		{"the reason of a refusal", claudeAsk("sonnet", FilterPrompt), "stop_reason", `"refusal"`},
		{"the details of a refusal", claudeAsk("sonnet", FilterPrompt), "stop_details.category", `"cyber"`},
		{"a refused answer", claudeAsk("sonnet", "one two three "+FilterAnswer), "stop_reason", `"refusal"`},
		{"thinking", claudeAsk("sonnet", "x", `"thinking":{"type":"enabled","budget_tokens":1024}`), "content.0.thinking", `"Thinking about: x"`},
		{"thinking has tokens", claudeAsk("sonnet", "x", `"thinking":{"type":"enabled","budget_tokens":1024}`), "usage.output_tokens_details.thinking_tokens", `64`},
		{"adaptive thinking", claudeAsk("four-six", "x", `"thinking":{"type":"adaptive"}`), "content.0.thinking", `"Thinking about: x"`},
		{"thinking that is omitted", claudeAsk("opus", "x"), "content.0.thinking", `""`},
		{"thinking that is asked for", claudeAsk("opus", "x", `"thinking":{"type":"adaptive","display":"summarized"}`), "content.0.thinking", `"Thinking about: x"`},
		{"thinking switched off", claudeAsk("opus", "x", `"thinking":{"type":"disabled"}`), "content.0.type", `"text"`},
		{"no thinking unless asked for", claudeAsk("four-eight", "x"), "content.0.type", `"text"`},
		{"no thinking but between tools", claudeAsk("sonnet-newest", "x", `"thinking":{"type":"between_tools"}`), "content.0.type", `"text"`},
		{"redacted thinking", claudeAsk("opus", RedactAll), "content.0.type", `"redacted_thinking"`},
		{"effort", claudeAsk("opus", "x", `"output_config":{"effort":"low"}`), "usage.output_tokens_details.thinking_tokens", `32`},
		{"the model's own effort", claudeAsk("opus-newest", "x"), "usage.output_tokens_details.thinking_tokens", `64`},
		{"a prefill", claudeTalk("sonnet", `{"role":"user","content":"x"},{"role":"assistant","content":"I"}`), "content.0.text", `"You said: x"`},
		{"a system message in between", claudeTalk("four-eight", `{"role":"user","content":"x"},{"role":"system","content":"be brief"}`), "content.0.text", `"You said: x"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := messages(t, s, row.body)
			if r.Status != http.StatusOK {
				t.Fatalf("status %d: %s", r.Status, r.Body)
			}
			got, _ := json.Marshal(r.JSON(t, row.path))
			want(t, row.path, string(got), row.expected)
		})
	}
	s.Check(t)
}

func TestWhatClaudeSaysCanBeSentBack(t *testing.T) {
	s := start(t, withClaude())
	for _, model := range []string{"sonnet", "opus", "opus-newest"} {
		t.Run(model, func(t *testing.T) {
			thinking := `"tools":[` + claudeWeather + `,` + claudeClock + `]`
			if model == "sonnet" {
				thinking += `,"thinking":{"type":"enabled","budget_tokens":1024}`
			}
			var first struct{ Content json.RawMessage }
			r := messages(t, s, claudeAsk(model, "the weather?", thinking))
			if err := json.Unmarshal([]byte(r.Body), &first); err != nil {
				t.Fatal(err)
			}
			var results []string
			for _, block := range r.JSON(t, "content").([]any) {
				if walk(block, "type") == "tool_use" {
					results = append(results, `{"type":"tool_result","tool_use_id":"`+walk(block, "id").(string)+`","content":"12"}`)
				}
			}
			r = messages(t, s, claudeTalk(model, `{"role":"user","content":"the weather?"},{"role":"assistant","content":`+string(first.Content)+
				`},{"role":"user","content":[`+strings.Join(results, ",")+`]}`, thinking))
			if r.Status != http.StatusOK {
				t.Fatalf("status %d: %s", r.Status, r.Body)
			}
			content := r.JSON(t, "content").([]any)
			want(t, "answer", walk(content[len(content)-1], "text"), "The tool said: 12 12")
		})
	}
}

func TestClaudeCountsTokens(t *testing.T) {
	s := start(t, withClaude())
	count := func(body string) result {
		return send(t, http.MethodPost, s.URL("a")+"/anthropic/v1/messages/count_tokens", body, "x-api-key", "key-a", "anthropic-version", "2023-06-01")
	}
	body := `{"model":"sonnet","messages":[{"role":"user","content":"hello there"}],"system":"be brief"`
	r := count(body + "}")
	want(t, "count", r.JSON(t, "input_tokens"), 10.0)
	answered := messages(t, s, strings.Replace(body, "{", `{"max_tokens":9,`, 1)+"}")
	want(t, "count as charged", answered.JSON(t, "usage.input_tokens"), r.JSON(t, "input_tokens"))
	want(t, "with max_tokens", count(body+`,"max_tokens":9}`).JSON(t, "error.message"), "max_tokens: Extra inputs are not permitted")
	want(t, "with a wrong role", count(`{"model":"sonnet","messages":[{"role":"tool","content":"x"}]}`).Status, 400)
}
