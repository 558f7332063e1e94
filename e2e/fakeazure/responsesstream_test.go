package fakeazure

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestWaysInWhichResponsesEnd(t *testing.T) {
	s := start(t, standard())
	const summary = `,"reasoning":{"effort":"low","summary":"auto"}`
	for _, row := range []struct{ name, fields, events, path, expected string }{
		{
			"a summary", `"model":"reason","input":"hi"` + summary, `output_item.added reasoning_summary_part.added
			reasoning_summary_text.delta reasoning_summary_text.delta reasoning_summary_text.delta reasoning_summary_text.done reasoning_summary_part.done output_item.done
			output_item.added content_part.added output_text.delta output_text.delta output_text.delta output_text.done content_part.done output_item.done completed`,
			"output.0.summary.0.text", "Thinking about: hi",
		},
		{
			"a summary that nobody asked for", `"model":"reason","input":"hi"`, `output_item.added output_item.done
			output_item.added content_part.added output_text.delta output_text.delta output_text.delta output_text.done content_part.done output_item.done completed`,
			"output.0.summary.0", "<nil>",
		},
		{
			"a summary of a model that does not think", `"model":"chat","input":"hi","reasoning":{"summary":"auto"}`,
			`output_item.added content_part.added output_text.delta output_text.delta output_text.delta output_text.done content_part.done output_item.done completed`,
			"output.0.type", "message",
		},
		{
			"a refusal", `"model":"chat","input":"` + RefuseAnswer + `"`,
			`output_item.added content_part.added refusal.delta refusal.delta refusal.delta refusal.delta refusal.delta refusal.done content_part.done output_item.done completed`,
			"output.0.content.0.refusal", refusal,
		},
		{
			"a refusal beats a tool", `"model":"chat","input":"` + RefuseAnswer + `",` + weatherTool,
			`output_item.added content_part.added refusal.delta refusal.delta refusal.delta refusal.delta refusal.delta refusal.done content_part.done output_item.done completed`,
			"output.0.content.0.type", "refusal",
		},
		{
			"a limit", `"model":"chat","input":"a b c","max_output_tokens":2`,
			`output_item.added content_part.added output_text.delta output_text.delta output_text.done content_part.done output_item.done incomplete`,
			"incomplete_details.reason", "max_output_tokens",
		},
		{
			"the item that a limit cuts", `"model":"chat","input":"a b c","max_output_tokens":2`,
			`output_item.added content_part.added output_text.delta output_text.delta output_text.done content_part.done output_item.done incomplete`,
			"output.0.status", "incomplete",
		},
		{
			"a filtered answer", `"model":"chat","input":"` + FilterAnswer + `"`,
			`output_item.added content_part.added output_text.delta output_text.done content_part.done output_item.done incomplete`,
			"incomplete_details.reason", "content_filter",
		},
		{"a failure", `"model":"chat","input":"` + FailAnswer + `"`, `failed`, "error.code", "server_error"},
		{"a failure behind reasoning", `"model":"reason","input":"` + FailAnswer + `"`, `output_item.added output_item.done failed`, "status", "failed"},
	} {
		t.Run(row.name, func(t *testing.T) {
			whole := respond(t, s, `{`+row.fields+`}`)
			got := whole.JSON(t, row.path)
			if got == nil {
				got = "<nil>"
			}
			want(t, row.path, got, row.expected)
			r := respond(t, s, `{"stream":true,`+row.fields+`}`)
			var names []string
			var last any
			for _, data := range events(t, r.Body) {
				_ = json.Unmarshal([]byte(data), &last)
				names = append(names, strings.TrimPrefix(walk(last, "type").(string), "response."))
			}
			want(t, "events", strings.Join(names, " "), "created in_progress "+strings.Join(strings.Fields(row.events), " "))
			got = walk(last, "response."+row.path)
			if got == nil {
				got = "<nil>"
			}
			want(t, row.path+" at the end of the stream", got, row.expected)
		})
	}
}

func TestReasoningIsSealedWhenAskedFor(t *testing.T) {
	s := start(t, standard())
	const ask = `"model":"reason","input":"hi","store":false`
	want(t, "not asked for", respond(t, s, `{`+ask+`}`).JSON(t, "output.0.encrypted_content"), nil)
	r := respond(t, s, `{`+ask+`,"include":["reasoning.encrypted_content"]}`)
	want(t, "asked for", len(field(t, r, "output.0.encrypted_content")) > 100, true)
	for _, data := range events(t, respond(t, s, `{`+ask+`,"stream":true,"include":["reasoning.encrypted_content"]}`).Body) {
		var e any
		_ = json.Unmarshal([]byte(data), &e)
		if walk(e, "type") == "response.output_item.done" && walk(e, "item.type") == "reasoning" {
			want(t, "in the stream", walk(e, "item.encrypted_content") != nil, true)
			return
		}
	}
	t.Error("the stream has no reasoning")
}

func TestModelsThatDoNotStreamOrChat(t *testing.T) {
	c := standard()
	c.Resources[0].Deployments = append(c.Resources[0].Deployments, Deployment{Name: "five-pro", Model: "gpt-5-pro"}, Deployment{Name: "codex", Model: "gpt-5.1-codex"})
	s := start(t, c)
	for _, row := range []struct {
		model, op, body string
		status          int
		code            string
	}{
		{"o1", "chat/completions", ask("x", `"model":"o1","stream":true`), 400, "unsupported_value"},
		{"o1", "responses", `{"model":"o1","input":"x","stream":true}`, 400, "unsupported_value"},
		{"o1", "chat/completions", ask("x", `"model":"o1"`), 200, ""},
		{"o3-pro", "responses", `{"model":"o3-pro","input":"x","stream":true}`, 400, "unsupported_value"},
		{"five-pro", "responses", `{"model":"five-pro","input":"x","stream":true}`, 400, "unsupported_value"},
		{"five-pro", "responses", `{"model":"five-pro","input":"x"}`, 200, ""},
		{"five-pro", "chat/completions", ask("x", `"model":"five-pro"`), 400, "OperationNotSupported"},
		{"codex", "chat/completions", ask("x", `"model":"codex"`), 400, "OperationNotSupported"},
		{"codex", "responses", `{"model":"codex","input":"x","stream":true}`, 200, ""},
	} {
		t.Run(row.model+" "+row.op, func(t *testing.T) {
			r := v1(t, s, "a", "POST", row.op, row.body)
			want(t, "status", r.Status, row.status)
			if row.code != "" {
				want(t, "code", r.JSON(t, "error.code"), row.code)
			}
		})
	}
}
