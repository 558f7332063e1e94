package fakeazure

import (
	"net/http"
	"strings"
	"testing"
)

// texts joins the content deltas of a chat stream.
func texts(all []any) string {
	var b strings.Builder
	for _, chunk := range all {
		if text, ok := walk(chunk, "choices.0.delta.content").(string); ok {
			b.WriteString(text)
		}
	}
	return b.String()
}

func TestChatStreamIsAzures(t *testing.T) {
	s := start(t, standard())
	r := classic(t, s, "chat", "chat/completions", ask("hello there", `"stream":true,"stream_options":{"include_usage":true}`))
	want(t, "content type", r.Header.Get("Content-Type"), "text/event-stream; charset=utf-8")
	all := chunks(t, r.Body)
	want(t, "first chunk's id", walk(all[0], "id"), "")
	want(t, "first chunk's choices", len(walk(all[0], "choices").([]any)), 0)
	want(t, "prompt verdict", walk(all[0], "prompt_filter_results.0.content_filter_results.hate.severity"), "safe")
	want(t, "role", walk(all[1], "choices.0.delta.role"), "assistant")
	want(t, "verdicts of the role chunk", len(walk(all[1], "choices.0.content_filter_results").(map[string]any)), 0)
	want(t, "verdict of a delta", walk(all[2], "choices.0.content_filter_results.hate.severity"), "safe")
	want(t, "text", texts(all), "You said: hello there")
	finish, usage := all[len(all)-2], all[len(all)-1]
	want(t, "finish", walk(finish, "choices.0.finish_reason"), "stop")
	if v, there := finish.(map[string]any)["usage"]; !there || v != nil {
		t.Error("chunks before the usage chunk need usage: null")
	}
	want(t, "usage chunk's choices", len(walk(usage, "choices").([]any)), 0)
	want(t, "usage", walk(usage, "usage.completion_tokens"), 4.0)
	s.Check(t)
}

func TestChatStreamWithoutUsageHasNone(t *testing.T) {
	s := start(t, standard())
	all := chunks(t, classic(t, s, "chat", "chat/completions", ask("x", `"stream":true`)).Body)
	for _, chunk := range all[1:] {
		if _, there := chunk.(map[string]any)["usage"]; there {
			t.Errorf("usage in %v", chunk)
		}
	}
}

func TestChatStreamOfTools(t *testing.T) {
	s := start(t, standard())
	body := ask("x", `"stream":true,"tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}]`)
	var arguments strings.Builder
	all := chunks(t, classic(t, s, "chat", "chat/completions", body).Body)
	want(t, "name", walk(all[1], "choices.0.delta.tool_calls.0.function.name"), "weather")
	for _, chunk := range all {
		if piece, ok := walk(chunk, "choices.0.delta.tool_calls.0.function.arguments").(string); ok {
			arguments.WriteString(piece)
		}
	}
	want(t, "arguments", arguments.String(), `{"city":"text"}`)
	want(t, "finish", walk(all[len(all)-1], "choices.0.finish_reason"), "tool_calls")
}

func TestChatStreamOfSeveralChoices(t *testing.T) {
	s := start(t, standard())
	all := chunks(t, classic(t, s, "chat", "chat/completions", ask("x", `"stream":true,"n":2`)).Body)
	finished := map[any]bool{}
	for _, chunk := range all {
		if walk(chunk, "choices.0.finish_reason") != nil {
			finished[walk(chunk, "choices.0.index")] = true
		}
	}
	want(t, "finished choices", len(finished), 2)
}

func TestAsynchronousFilterHasChunksWithoutDelta(t *testing.T) {
	s := start(t, standard())
	body := ask("x", `"stream":true,"fakeazure":{"async_filter":true,"chunks":20}`)
	all := chunks(t, classic(t, s, "chat", "chat/completions", body).Body)
	verdicts := 0
	for _, chunk := range all[1:] {
		choice := walk(chunk, "choices.0").(map[string]any)
		_, hasDelta := choice["delta"]
		_, hasVerdict := choice["content_filter_results"]
		if hasDelta == hasVerdict {
			t.Errorf("a chunk has text or a verdict, this one: %v", choice)
		}
		if hasVerdict {
			verdicts++
		}
	}
	want(t, "verdicts", verdicts, 3)
	if walk(all[len(all)-1], "choices.0.content_filter_offsets") == nil {
		t.Error("no verdict after the finish")
	}
}

func TestStreamOfAnOpenAIServiceHasNothingOfAzure(t *testing.T) {
	s := start(t, standard())
	r := send(t, http.MethodPost, s.URL("openai")+"/chat/completions", ask("x", `"model":"gpt-4o","stream":true`), "Authorization", "Bearer sk-open")
	want(t, "status", r.Status, http.StatusOK)
	if strings.Contains(r.Body, "filter") {
		t.Errorf("filter results in:\n%s", r.Body)
	}
	want(t, "text", texts(chunks(t, r.Body)), "You said: x")
	s.Check(t)
}

func TestStreamOptionsOfTheRequest(t *testing.T) {
	s := start(t, standard())
	whole := classic(t, s, "chat", "chat/completions", ask("x", `"stream":true,"fakeazure":{"chunks":50}`))
	all := chunks(t, whole.Body)
	want(t, "chunks", len(all), 1+1+50+1)
	split := classic(t, s, "chat", "chat/completions", ask("x", `"stream":true,"fakeazure":{"chunks":50,"split":7}`))
	want(t, "text after a split", texts(chunks(t, split.Body)), texts(all))
}
