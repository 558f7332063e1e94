package e2e

import (
	"bufio"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// TestThePassthroughCarriesAnythingAsItIs: /azure/ of LiteLLM's page, for what has
// no operation of its own here, or need not have one.
func TestThePassthroughCarriesAnythingAsItIs(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "m", resource: "b"}, member{group: "listen", resource: "b", kind: "listen"}, member{group: "other", resource: "a"})+
		"passthrough: {default: other}\n")
	multipart := "multipart/form-data; boundary=walk"
	for _, tt := range []struct {
		name, method, path, body, contentType string
		status                                int
		resource, went, model                 string // where it came to, and what the body said there
	}{
		{"a deployment in the path", "POST", "/openai/deployments/m/chat/completions?api-version=2024-10-21", `{"messages":[{"role":"user","content":"hi"}]}`, "", 200, "b", "/openai/deployments/chat-b/chat/completions", ""},
		{"a model in the body", "POST", "/openai/v1/chat/completions", `{"model":"m","messages":[{"role":"user","content":"hi"}]}`, "", 200, "b", "/openai/v1/chat/completions", "chat-b"},
		{"a model in a form", "POST", "/openai/v1/audio/transcriptions", multipartOf(t, "model=listen&file=RIFF"), multipart, 200, "b", "/openai/v1/audio/transcriptions", ""},
		{"a deployment of Azure's own", "POST", "/openai/deployments/chat-a/chat/completions?api-version=2024-10-21", `{"messages":[{"role":"user","content":"hi"}]}`, "", 200, "a", "/openai/deployments/chat-a/chat/completions", ""},
		{"a path that nobody knows", "PATCH", "/openai/brand_new/thing?api-version=2024-10-21&x=1", `{"a":1}`, "", 404, "a", "/openai/brand_new/thing", ""},
		{"bytes", "PUT", "/anything", "\x00\x01", "application/octet-stream", 404, "a", "/anything", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			headers := []string{}
			if tt.contentType != "" {
				headers = []string{"content-type", tt.contentType}
			}
			got := do(t, tt.method, g.url+"/azure"+tt.path, tt.body, headers...)
			last, _ := azure.Last()
			if got.status != tt.status || last.Resource != tt.resource || last.Method != tt.method || last.Path != tt.went {
				t.Errorf("%d; went to %s %s of %s: %s", got.status, last.Method, last.Path, last.Resource, got.body)
			}
			if _, query, _ := strings.Cut(tt.path, "?"); last.Query != query {
				t.Errorf("the query went as %q", last.Query)
			}
			if tt.model != "" && gjson.GetBytes(last.Body, "model").Str != tt.model {
				t.Errorf("the body went as %s", last.Body)
			}
		})
	}
}

func TestThePassthroughStreams(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "m", resource: "a"}))
	resp := streamAt(t.Context(), t, g, "/azure/openai/deployments/m/chat/completions?api-version=2024-10-21", strings.Replace(streamBody, `"chat"`, `"m"`, 1))
	r := bufio.NewReader(resp.Body)
	last := ""
	for e := event(t, r); e != ""; e = event(t, r) {
		last = e
	}
	if resp.StatusCode != 200 || !strings.Contains(last, "[DONE]") {
		t.Errorf("%d, ended with %q", resp.StatusCode, last)
	}
}

func TestThePassthroughIsHeldToTheLimits(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "m", resource: "a", more: ", rpm: 2"}))
	aMinuteAhead(t)
	statuses := make(map[int]int)
	for range 6 {
		statuses[do(t, "POST", g.url+"/azure/openai/deployments/m/chat/completions?api-version=2024-10-21", `{"messages":[{"role":"user","content":"hi"}]}`).status]++
	}
	if len(statuses) != 2 || statuses[200] != 2 || statuses[429] != 4 {
		t.Errorf("%v", statuses)
	}
	if got := do(t, "GET", g.url+"/azure/openai/files?api-version=2024-10-21", "", "authorization", "Bearer wrong"); got.status != 401 {
		t.Errorf("a wrong key: %d", got.status)
	}
}
