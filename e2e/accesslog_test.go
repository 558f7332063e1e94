package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// line is a line of the access log.
type line struct {
	RequestID  string `json:"request_id"`
	Operation  string
	Model      string
	Deployment string
	Key        string
	Status     int
	Stream     bool
	Attempts   int
	Input      int64 `json:"input_tokens"`
	Output     int64 `json:"output_tokens"`
	Cached     int64 `json:"cached_tokens"`
	Estimated  bool
	Characters int64
	Images     int64
	AudioMS    int64 `json:"audio_ms"`
	Cost       any
	Error      string
	Left       bool `json:"client_left"`

	ServiceTier string `json:"service_tier"`
}

// line waits for the line of a request in the access log, and checks that there is
// one alone.
func (g *gateway) line(t *testing.T, of answer) line {
	t.Helper()
	id := of.header.Get("x-request-id")
	if id == "" {
		t.Fatalf("no x-request-id: %v", of.header)
	}
	var found []line
	eventually(t, "the request is in the access log", func() bool {
		found = nil
		for text := range strings.SplitSeq(g.log.String(), "\n") {
			_, text, _ = strings.Cut(text, "stdout: ")
			var l line
			if strings.Contains(text, id) && json.Unmarshal([]byte(text), &l) == nil && l.RequestID == id {
				found = append(found, l)
			}
		}
		return len(found) > 0
	})
	if len(found) != 1 {
		t.Errorf("%d lines of one request", len(found))
	}
	return found[0]
}

func TestEveryRequestIsOneLineOfTheAccessLog(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "m", resource: "a"}, member{group: "m", resource: "b"}, member{group: "claude", resource: "a", kind: "claude"}))
	const secret = "a prompt that nobody may read"
	body := func(model, more string) string {
		return `{"model":"` + model + `","messages":[{"role":"user","content":"` + secret + `"}]` + more + `}`
	}
	ask := func(path, body string, header ...string) line {
		t.Helper()
		return g.line(t, do(t, "POST", g.url+path, body, header...))
	}
	const chat = "/v1/chat/completions"
	if l := ask(chat, body("m", "")); l.Operation != "chat/completions" || l.Model != "m" || l.Deployment != "m-a" || l.Status != 200 || l.Attempts != 1 || l.Input == 0 || l.Output == 0 || l.Stream || l.Estimated || l.Error != "" {
		t.Errorf("%+v", l)
	}
	azure.Script("a", "chat-a", fakeazure.Status(500))
	if l := ask(chat, body("m", `,"stream":true`)); l.Deployment != "m-b" || l.Attempts != 2 || !l.Stream || l.Input == 0 || l.Output == 0 || l.Estimated {
		t.Errorf("%+v", l)
	}
	if l := ask(chat, body("claude", `,"stream":true`)); l.Deployment != "claude-a" || l.Input == 0 || l.Output == 0 || l.Estimated {
		t.Errorf("%+v", l)
	}
	if l := ask("/v1/messages", strings.Replace(body("claude", ""), `"messages"`, `"max_tokens":9,"messages"`, 1)); l.Operation != "messages" || l.Input == 0 || l.Output == 0 {
		t.Errorf("%+v", l)
	}
	if l := ask(chat, body("nope", "")); l.Status != 404 || l.Model != "nope" || l.Operation != "chat/completions" || l.Error != "model_not_found" || l.Attempts != 0 || l.Input != 0 {
		t.Errorf("%+v", l)
	}
	if l := ask(chat, body("m", ""), "authorization", "Bearer wrong"); l.Status != 401 || l.Operation != "chat/completions" || l.Error != "invalid_api_key" {
		t.Errorf("%+v", l)
	}
	if l := ask("/v1/nope", body("m", "")); l.Status != 404 || l.Error != "unknown_url" {
		t.Errorf("%+v", l)
	}
	azure.Script("a", "claude-a", fakeazure.ContentFilter())
	if l := ask(chat, body("claude", "")); l.Status != 400 || l.Error == "" || l.Input != 0 {
		t.Errorf("%+v", l)
	}
	if strings.Contains(g.log.String(), secret) {
		t.Error("a prompt is in the log")
	}
}
