package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/azproc/azproc/e2e/fakeazure"
)

const claudeBody = `{"model": "claude", "max_tokens": 64,  "messages":[{"role":"user","content":"hi"}],"metadata":{"user_id":"u"}}`

// anthropicError reads an error in the shape of Anthropic's SDKs.
func anthropicError(t *testing.T, got answer) (kind, message string) {
	t.Helper()
	var body struct {
		Type  string
		Error struct{ Type, Message string }
	}
	if err := json.Unmarshal([]byte(got.body), &body); err != nil || body.Type != "error" {
		t.Fatalf("no error of Anthropic's: %d %s", got.status, got.body)
	}
	return body.Error.Type, body.Error.Message
}

func TestAnthropicsClientsReachClaudeUnchangedButForModelAndCredential(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "claude", resource: "a", kind: "claude"}))
	for path, upstream := range map[string]string{
		"/v1/messages":                                  "/anthropic/v1/messages",
		"/anthropic/v1/messages":                        "/anthropic/v1/messages",
		"/messages":                                     "/anthropic/v1/messages",
		"/v1/messages?beta=true":                        "/anthropic/v1/messages?beta=true",
		"/v1/messages/count_tokens":                     "/anthropic/v1/messages/count_tokens",
		"/messages/count_tokens":                        "/anthropic/v1/messages/count_tokens",
		"/anthropic/v1/messages/count_tokens?beta=true": "/anthropic/v1/messages/count_tokens?beta=true",
	} {
		for _, stream := range []bool{false, true} {
			counts := strings.Contains(path, "count_tokens")
			body := claudeBody
			switch {
			case counts && stream:
				continue
			case counts:
				body = strings.Replace(strings.Replace(body, `"max_tokens": 64,`, "", 1), `,"metadata":{"user_id":"u"}`, "", 1)
			case stream:
				body = strings.Replace(body, `"max_tokens"`, `"stream":true,"max_tokens"`, 1)
			}
			azure.Reset()
			got := do(t, "POST", g.url+path, body, "authorization", "", "x-api-key", clientKey, "anthropic-version", "2023-06-01", "anthropic-beta", "some-beta-2026-01-01")
			if got.status != 200 || got.header.Get("x-azproc-deployment") != "claude-a" {
				t.Fatalf("%s: %d %s", path, got.status, got.body)
			}
			sent := azure.Requests()[0]
			at := sent.Path
			if sent.Query != "" {
				at += "?" + sent.Query
			}
			if at != upstream {
				t.Errorf("%s: asked at %s, want %s", path, at, upstream)
			}
			if want := strings.Replace(body, `"claude"`, `"claude-a"`, 1); string(sent.Body) != want {
				t.Errorf("%s: sent %s, want %s", path, sent.Body, want)
			}
			h := sent.Header
			if h.Get("x-api-key") != keyOf("a") || h.Get("api-key") != "" || h.Get("authorization") != "" {
				t.Errorf("%s: credentials %v", path, h)
			}
			if h.Get("anthropic-version") != "2023-06-01" || h.Get("anthropic-beta") != "some-beta-2026-01-01" {
				t.Errorf("%s: versions %v", path, h)
			}
			if stream && (!strings.HasPrefix(got.body, "event: message_start\n") || !strings.Contains(got.body, "event: message_stop\n")) {
				t.Errorf("%s: no stream of Anthropic's: %s", path, got.body)
			}
		}
	}
}

func TestAnthropicsFirstVersionIsSaidWhereTheClientSaysNone(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "claude", resource: "a", kind: "claude"}))
	if got := do(t, "POST", g.url+"/v1/messages", claudeBody); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if v := azure.Requests()[0].Header.Get("anthropic-version"); v != "2023-06-01" {
		t.Errorf("version %q", v)
	}
}

func TestAnthropicsClientsFallBackWithinTheirGroup(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "claude", resource: "a", kind: "claude"}, member{group: "claude", resource: "b", kind: "claude"}))
	for _, fault := range []fakeazure.Fault{fakeazure.TooManyRequests(time.Second), fakeazure.Status(529), fakeazure.Status(503), fakeazure.Reset()} {
		azure.Reset()
		azure.Script("a", "claude-a", fault)
		got := do(t, "POST", g.url+"/v1/messages", claudeBody)
		if got.status != 200 || got.header.Get("x-azproc-deployment") != "claude-b" {
			t.Fatalf("%d by %s: %s", got.status, got.header.Get("x-azproc-deployment"), got.body)
		}
		requests := azure.Requests()
		last := requests[len(requests)-1]
		if last.Header.Get("x-api-key") != keyOf("b") || !strings.Contains(string(last.Body), `"claude-b"`) || last.Header.Get("anthropic-version") == "" {
			t.Errorf("sent %v %s", last.Header, last.Body)
		}
		eventually(t, "it serves again", func() bool { return g.deployments()["claude-a"].Cooldown == nil })
	}
}

func TestErrorsOfTheGatewayAreInTheShapeOfTheClientsSDK(t *testing.T) {
	azure := fleet(t)
	const gone = "http://127.0.0.1:1"
	g := start(t, groups(azure, "", member{group: "chat", resource: "a"}, member{group: "claude", resource: "a", kind: "claude"},
		member{group: "gone", resource: "b", kind: "claude", base: gone}))
	for name, tt := range map[string]struct {
		path, body, kind, says string
		status                 int
	}{
		"an unknown model":           {"/v1/messages", `{"model":"x","messages":[]}`, "not_found_error", "does not exist", 404},
		"a model that is not Claude": {"/v1/messages", `{"model":"chat","messages":[]}`, "invalid_request_error", "use /v1/chat/completions", 400},
		"an unknown path":            {"/anthropic/v1/files", `{}`, "not_found_error", "Unknown request URL", 404},
		"broken JSON":                {"/v1/messages", `{"model":`, "invalid_request_error", "not valid JSON", 400},
		"a connection that fails":    {"/v1/messages", `{"model":"gone","messages":[]}`, "api_error", "unavailable", 503},
		"what Azure itself refuses":  {"/v1/messages", `{"model":"claude","max_tokens":9,"messages":[],"x":1}`, "invalid_request_error", "x: ", 400},
	} {
		got := do(t, "POST", g.url+tt.path, tt.body)
		if kind, message := anthropicError(t, got); got.status != tt.status || kind != tt.kind || !strings.Contains(message, tt.says) {
			t.Errorf("%s: %d %s: %s", name, got.status, kind, message)
		}
	}
	if got := do(t, "POST", g.url+"/v1/messages", claudeBody, "authorization", "", "x-api-key", "wrong"); got.status != 401 {
		t.Errorf("a wrong key: %d", got.status)
	} else if kind, _ := anthropicError(t, got); kind != "authentication_error" {
		t.Errorf("a wrong key: %s", kind)
	}
}

func TestWhatClaudeDoesNotServeSaysWhatToUse(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "claude", resource: "a", kind: "claude"}))
	for _, path := range []string{
		"/v1/responses", "/responses", "/openai/v1/responses", "/openai/responses?api-version=2025-04-01-preview", "/v1/responses/compact",
		"/v1/completions", "/v1/embeddings", "/openai/deployments/claude/embeddings?api-version=2024-10-21",
	} {
		got := do(t, "POST", g.url+path, `{"model":"claude","input":"x","prompt":"x"}`)
		message, code, param := openAIError(t, got)
		if got.status != 400 || code != "unsupported_operation" || param != "model" || !strings.Contains(message, "use /v1/chat/completions") {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	if n := len(azure.Requests()); n != 0 {
		t.Errorf("%d requests reached Azure", n)
	}
}
