package fakeazure

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// respond asks for a response on the v1 surface.
func respond(t *testing.T, s *Server, body string) result {
	t.Helper()
	return send(t, http.MethodPost, s.URL("a")+"/openai/v1/responses", body, "api-key", "key-a")
}

const weatherTool = `"tools":[{"type":"function","name":"weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}]`

func TestResponses(t *testing.T) {
	s := start(t, standard())
	for _, row := range []struct{ name, body, path, expected string }{
		{"a text", `{"model":"chat","input":"hi"}`, "output.0.content.0.text", `"You said: hi"`},
		{"items", `{"model":"chat","input":[{"role":"user","content":[{"type":"input_text","text":"hi"}]}]}`, "output.0.content.0.text", `"You said: hi"`},
		{"its object", `{"model":"chat","input":"hi"}`, "object", `"response"`},
		{"its model", `{"model":"chat","input":"hi"}`, "model", `"gpt-4o-2024-11-20"`},
		{"usage", `{"model":"chat","input":"hi"}`, "usage.output_tokens", "3"},
		{"reasoning goes first", `{"model":"reason","input":"hi"}`, "output.0.type", `"reasoning"`},
		{"reasoning tokens", `{"model":"reason","input":"hi","reasoning":{"effort":"low"}}`, "usage.output_tokens_details.reasoning_tokens", "32"},
		{"a model of responses alone", `{"model":"o3-pro","input":"hi"}`, "status", `"completed"`},
		{"a tool call", `{"model":"chat","input":"hi",` + weatherTool + `}`, "output.0.arguments", `"{\"city\":\"text\"}"`},
		{"a tool's answer", `{"model":"chat","input":[{"role":"user","content":"hi"},{"type":"function_call","call_id":"c","name":"weather","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"12 C"}],` + weatherTool + `}`, "output.0.content.0.text", `"The tool said: 12 C"`},
		{"structured output", `{"model":"chat","input":"hi","text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object","properties":{"a":{"type":"boolean"}}}}}}`, "output.0.content.0.text", `"{\"a\":true}"`},
		{"a limit", `{"model":"chat","input":"a b c d","max_output_tokens":2}`, "incomplete_details.reason", `"max_output_tokens"`},
		{"what was sent", `{"model":"chat","input":"hi","metadata":{"k":"v"},"instructions":"be kind"}`, "instructions", `"be kind"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := respond(t, s, row.body)
			if r.Status != http.StatusOK {
				t.Fatalf("status %d: %s", r.Status, r.Body)
			}
			got, _ := json.Marshal(r.JSON(t, row.path))
			want(t, row.path, string(got), row.expected)
		})
	}
	s.Check(t)
}

func TestResponsesRefusals(t *testing.T) {
	s := start(t, standard())
	for _, row := range []struct{ name, body, param, code string }{
		{"no input", `{"model":"chat"}`, "input", "missing_required_parameter"},
		{"a field of chat", `{"model":"chat","input":"x","max_tokens":1}`, "max_tokens", "unknown_parameter"},
		{"temperature", `{"model":"reason","input":"x","temperature":0.1}`, "temperature", "unsupported_parameter"},
		{"an effort", `{"model":"reason","input":"x","reasoning":{"effort":"none"}}`, "reasoning.effort", "unsupported_value"},
		{"a stream of o3-pro", `{"model":"o3-pro","input":"x","stream":true}`, "stream", "unsupported_value"},
		{"a filtered prompt", `{"model":"chat","input":"[[filter]]"}`, "prompt", "content_filter"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := respond(t, s, row.body)
			want(t, "status", r.Status, http.StatusBadRequest)
			want(t, "param", r.JSON(t, "error.param"), row.param)
			want(t, "code", r.JSON(t, "error.code"), row.code)
		})
	}
}

func TestResponsesStream(t *testing.T) {
	s := start(t, standard())
	for _, row := range []struct{ name, body, events string }{
		{"a text", `{"model":"chat","input":"hi","stream":true}`, `created in_progress output_item.added content_part.added
			output_text.delta output_text.delta output_text.delta output_text.done content_part.done output_item.done completed`},
		{"a tool call", `{"model":"chat","input":"hi","stream":true,` + weatherTool + `}`, `created in_progress output_item.added
			function_call_arguments.delta function_call_arguments.delta function_call_arguments.done output_item.done completed`},
		{"reasoning and a cut text", `{"model":"reason","input":"a b c d","stream":true,"reasoning":{"effort":"low"},"max_output_tokens":33}`, `created in_progress
			output_item.added output_item.done output_item.added content_part.added output_text.delta output_text.done content_part.done output_item.done incomplete`},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := respond(t, s, row.body)
			var names []string
			for _, line := range strings.Split(r.Body, "\n") {
				if name, ok := strings.CutPrefix(line, "event: response."); ok {
					names = append(names, name)
				}
			}
			want(t, "events", strings.Join(names, " "), strings.Join(strings.Fields(row.events), " "))
			for i, data := range events(t, r.Body) {
				var v any
				_ = json.Unmarshal([]byte(data), &v)
				want(t, "sequence number", walk(v, "sequence_number"), float64(i))
				want(t, "type", walk(v, "type"), "response."+names[i])
			}
		})
	}
}
