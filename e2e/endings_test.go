package e2e

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// compressed is a text as a service sends it that compresses though nobody asked it to.
func compressed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestUsageIsReadHoweverAnAnswerIsFramedAndEnds: each row is the bytes that a deployment
// sends, cut at every one of them, at every seventh, and not at all.
func TestUsageIsReadHoweverAnAnswerIsFramedAndEnds(t *testing.T) {
	const (
		first = `data: {"choices":[{"delta":{"content":"\"usage\":{ ä"},"index":0}],"usage":null}` + "\n\n"
		usage = `data: {"choices":[],"usage":{"prompt_tokens":21,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":3},"total_tokens":25}}` + "\n\n"
		done  = "data: [DONE]\n\n"
		sse   = "text/event-stream; charset=utf-8"
	)
	crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
	azure := fleet(t)
	g := start(t, groups(azure, "router_settings: {disable_cooldowns: true}", member{group: "m", resource: "a"}, member{group: "claude", resource: "a", kind: "claude"}))
	for _, tt := range []struct {
		name, path, kind string
		sent, got        string // got "" is as sent
		header           [2]string
		want             line
	}{
		{"a chat", "chat/completions", sse, first + usage + done, first + done, [2]string{}, line{Input: 21, Output: 4}},
		{"a chat by CRLF", "chat/completions", sse, crlf(first + usage + done), crlf(first + done), [2]string{}, line{Input: 21, Output: 4}},
		{"a chat whose last line has no end", "chat/completions", sse, first + usage + "data: [DONE]", first + "data: [DONE]", [2]string{}, line{Input: 21, Output: 4}},
		{"a chat that ends with its usage", "chat/completions", sse, first + usage, first, [2]string{}, line{Input: 21, Output: 4}},
		{"a chat that is compressed", "chat/completions", sse, compressed(t, first+usage+done), "", [2]string{"content-encoding", "gzip"}, line{Estimated: true}},
		{
			"a response that is incomplete", "responses", sse,
			"event: response.incomplete\ndata: " + `{"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"usage":{"input_tokens":8,"output_tokens":2,"total_tokens":10}}}` + "\n\n",
			"",
			[2]string{},
			line{Input: 8, Output: 2},
		},
		{
			"a response that failed", "responses", sse,
			"event: response.failed\ndata: " + `{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"x"},"usage":{"input_tokens":9,"output_tokens":1,"total_tokens":10}}}` + "\n\n",
			"",
			[2]string{},
			line{Input: 9, Output: 1, Error: "server_error"},
		},
		{
			"a response that failed without usage", "responses", sse,
			"event: response.failed\r\ndata: " + `{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"x"},"usage":null}}` + "\r\n\r\n",
			"",
			[2]string{},
			line{Estimated: true, Error: "server_error"},
		},
		{
			"a message by CRLF", "messages", sse,
			crlf("event: message_start\ndata: " + `{"type":"message_start","message":{"usage":{"input_tokens":5,"cache_read_input_tokens":30,"output_tokens":1}}}` + "\n\nevent: message_delta\ndata: " + `{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":6}}` + "\n\n"),
			"",
			[2]string{},
			line{Input: 35, Output: 6},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, split := range []string{"", `,"fakeazure":{"split":1}`, `,"fakeazure":{"split":7}`} {
				fault := fakeazure.Raw(200, tt.kind, []byte(tt.sent))
				if tt.header[0] != "" {
					fault = fault.WithHeader(tt.header[0], tt.header[1])
				}
				model, deployment := "m", "chat-a"
				if tt.path == "messages" {
					model, deployment = "claude", "claude-a"
				}
				azure.Script("a", deployment, fault)
				got := do(t, "POST", g.url+"/v1/"+tt.path, `{"model":"`+model+`","stream":true,"messages":[{"role":"user","content":"x"}],"input":"x","max_tokens":9`+split+`}`, "content-type", "application/json", "accept-encoding", "identity")
				want := tt.got
				if want == "" {
					want = tt.sent
				}
				if got.status != 200 || got.body != want {
					t.Fatalf("%s: %d %q", split, got.status, got.body)
				}
				l := g.line(t, got)
				if l.Estimated != tt.want.Estimated || l.Error != tt.want.Error || !l.Estimated && (l.Input != tt.want.Input || l.Output != tt.want.Output) {
					t.Errorf("%s: %+v, want %+v", split, l, tt.want)
				}
			}
		})
	}
}
