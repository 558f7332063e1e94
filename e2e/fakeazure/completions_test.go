package fakeazure

import (
	"net/http"
	"testing"
)

func TestCompletions(t *testing.T) {
	s := start(t, standard())
	r := classic(t, s, "instruct", "completions", `{"prompt":["one","two"],"n":2}`)
	want(t, "status", r.Status, http.StatusOK)
	want(t, "object", r.JSON(t, "object"), "text_completion")
	want(t, "text", r.JSON(t, "choices.2.text"), "You said: two")
	want(t, "index", r.JSON(t, "choices.3.index"), 3.0)
	want(t, "tokens", r.JSON(t, "usage.completion_tokens"), 12.0)
	r = classic(t, s, "instruct", "completions", `{"prompt":"one two three","max_tokens":3}`)
	want(t, "finish", r.JSON(t, "choices.0.finish_reason"), "length")
	want(t, "no prompt", classic(t, s, "instruct", "completions", `{}`).Status, http.StatusBadRequest)
	want(t, "filtered", classic(t, s, "instruct", "completions", `{"prompt":"[[filter]]"}`).JSON(t, "error.code"), "content_filter")
	s.Check(t)
}

func TestCompletionsStream(t *testing.T) {
	s := start(t, standard())
	all := chunks(t, classic(t, s, "instruct", "completions", `{"prompt":"x","stream":true,"stream_options":{"include_usage":true}}`).Body)
	text := ""
	for _, chunk := range all {
		piece, _ := walk(chunk, "choices.0.text").(string)
		text += piece
	}
	want(t, "text", text, "You said: x")
	want(t, "usage", walk(all[len(all)-1], "usage.completion_tokens"), 3.0)
	want(t, "finish", walk(all[len(all)-2], "choices.0.finish_reason"), "stop")
}

func TestCompletionsRefuse(t *testing.T) {
	s := start(t, strict())
	for _, row := range []struct{ name, body, param, code string }{
		{"a field of chat", `{"prompt":"x","messages":[]}`, "messages", "unknown_parameter"},
		{"a field of nobody", `{"prompt":"x","surprise":1}`, "surprise", "unknown_parameter"},
		{"tools", `{"prompt":"x","tools":[]}`, "tools", "unknown_parameter"},
		{"no prompt", `{}`, "prompt", "missing_required_parameter"},
		{"a prompt that is an object", `{"prompt":{"text":"x"}}`, "prompt", "invalid_type"},
		{"stream_options without a stream", `{"prompt":"x","stream_options":{}}`, "stream_options", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := classic(t, s, "instruct", "completions", row.body)
			want(t, "status", r.Status, 400)
			want(t, "param", r.JSON(t, "error.param"), row.param)
			code := r.JSON(t, "error.code")
			if code == nil {
				code = ""
			}
			want(t, "code", code, row.code)
		})
	}
	for name, prompt := range map[string]string{"a text": `"x"`, "texts": `["x","y"]`, "tokens": `[1,2]`, "lists of tokens": `[[1,2],[3]]`} {
		t.Run(name, func(t *testing.T) {
			r := classic(t, s, "instruct", "completions", `{"prompt":`+prompt+`,"max_tokens":5,"best_of":1,"echo":false,"suffix":null,"logprobs":null,"stop":["a"],"user":"u"}`)
			want(t, "status", r.Status, 200)
		})
	}
}
