package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// saidUsage is the tokens that an answer says that it has used, whatever its API: of each
// name the largest number, as streams tell it again and again.
func saidUsage(body string) (input, output int64) {
	most := func(names string) (n int64) {
		for _, m := range regexp.MustCompile(`"(?:`+names+`)":(\d+)`).FindAllStringSubmatch(body, -1) {
			if v, err := strconv.ParseInt(m[1], 10, 64); err == nil {
				n = max(n, v)
			}
		}
		return n
	}
	return most("prompt_tokens|input_tokens"), most("completion_tokens|output_tokens")
}

// TestTheLedgerHasWhatAzureSaysOnce: every operation that costs tokens, in every dialect,
// streamed and not, served at once and after a failure.
func TestTheLedgerHasWhatAzureSaysOnce(t *testing.T) {
	azure := fleet(t)
	both := func(kind string) []member {
		return []member{{group: kind, resource: "a", kind: kind, more: ", cooldown_time: 0.001"}, {group: kind, resource: "b", kind: kind}}
	}
	var members []member
	for _, kind := range []string{"chat", "o3", "claude", "gpt-5-codex", "instruct", "embed", "o1", "image"} {
		members = append(members, both(kind)...)
	}
	g := start(t, groups(azure, "router_settings: {disable_cooldowns: true}", members...))
	var checks []func() // once all is asked: the log comes a moment later
	const messages = `"messages":[{"role":"user","content":"one two three"}]`
	for _, op := range []struct {
		name, model, body string
		streams           bool
		asks              bool // for the usage of a stream
		paths             []string
	}{
		{"chat/completions", "chat", messages, true, true, []string{"/v1/chat/completions", "/chat/completions", "/openai/v1/chat/completions", "/openai/deployments/chat/chat/completions?api-version=2024-10-21"}},
		{"chat/completions", "o3", messages, true, true, []string{"/v1/chat/completions", "/openai/deployments/o3/chat/completions?api-version=2024-10-21"}},
		{"chat/completions", "claude", messages, true, true, []string{"/v1/chat/completions", "/openai/deployments/claude/chat/completions?api-version=2024-10-21"}},
		{"chat/completions", "gpt-5-codex", messages, true, true, []string{"/v1/chat/completions"}},
		{"chat/completions", "instruct", messages, true, true, []string{"/v1/chat/completions"}},
		{"chat/completions", "o1", messages, true, true, []string{"/v1/chat/completions"}},
		{"completions", "instruct", `"prompt":"one two three"`, true, true, []string{"/v1/completions", "/openai/deployments/instruct/completions?api-version=2024-10-21"}},
		{"responses", "chat", `"input":"one two three"`, true, false, []string{"/v1/responses", "/openai/responses?api-version=2025-04-01-preview", "/openai/v1/responses"}},
		{"embeddings", "embed", `"input":"one two three"`, false, false, []string{"/v1/embeddings", "/openai/deployments/embed/embeddings?api-version=2024-10-21"}},
		{"images/generations", "image", `"prompt":"one two three"`, false, false, []string{"/v1/images/generations", "/openai/deployments/image/images/generations?api-version=2025-04-01-preview"}},
		{"messages", "claude", `"max_tokens":50,` + messages, true, false, []string{"/v1/messages", "/anthropic/v1/messages"}},
	} {
		for _, path := range op.paths {
			for _, stream := range []bool{false, true} {
				for _, fails := range []bool{false, true} {
					if stream && !op.streams {
						continue
					}
					name := fmt.Sprintf("%s of %s, stream %v, the first fails %v", path, op.model, stream, fails)
					body := `{"model":"` + op.model + `",` + op.body
					if stream {
						body += `,"stream":true`
					}
					if stream && op.asks {
						body += `,"stream_options":{"include_usage":true}`
					}
					if fails {
						azure.Script("a", op.model+"-a", fakeazure.Status(500))
					}
					got := do(t, "POST", g.url+path, body+"}")
					if got.status != 200 {
						t.Fatalf("%s: %d %s", name, got.status, got.body)
					}
					input, output := saidUsage(got.body)
					checks = append(checks, func() {
						l := g.line(t, got)
						wantAttempts := map[bool]int{false: 1, true: 2}[fails]
						if l.Input != input || l.Output != output || input == 0 || l.Operation != op.name || l.Model != op.model || l.Stream != stream || l.Attempts != wantAttempts || l.Estimated {
							t.Errorf("%s: the ledger has %+v, Azure said %d and %d", name, l, input, output)
						}
					})
				}
			}
		}
	}
	for _, check := range checks {
		check()
	}
}

func TestSpeechIsCountedInCharactersAndListeningInWhatAzureSays(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "speech", resource: "a", kind: "speech"}, member{group: "listen", resource: "a", kind: "listen"}))
	spoken := do(t, "POST", g.url+"/v1/audio/speech", `{"model":"speech","input":"h\u00e9llo you","voice":"alloy"}`)
	body, contentType := form(t, "listen")
	heard := do(t, "POST", g.url+"/v1/audio/transcriptions", body, "content-type", contentType)
	if l := g.line(t, spoken); spoken.status != 200 || l.Characters != 9 || l.Cost == nil || l.Estimated {
		t.Errorf("%d %+v", spoken.status, l)
	}
	if l := g.line(t, heard); heard.status != 200 || l.Operation != "audio/transcriptions" || strings.Contains(heard.body, `"usage"`) != (l.AudioMS > 0 || l.Input > 0) {
		t.Errorf("%d %s %+v", heard.status, heard.body, l)
	}
}

// TestAStreamWhoseClientLeavesIsEstimatedOnce: each row is a stream of which the client
// has read no more than its first bytes.
func TestAStreamWhoseClientLeavesIsEstimatedOnce(t *testing.T) {
	azure := fleet(t)
	var members []member
	for _, kind := range []string{"chat", "claude", "gpt-5-codex", "instruct"} {
		members = append(members, member{group: kind, resource: "a", kind: kind})
	}
	g := start(t, groups(azure, "", members...))
	const messages = `"messages":[{"role":"user","content":"one two three"}]`
	for _, tt := range []struct{ path, model, body string }{
		{"/v1/chat/completions", "chat", messages},
		{"/openai/deployments/chat/chat/completions?api-version=2024-10-21", "chat", messages},
		{"/v1/chat/completions", "claude", messages},
		{"/v1/chat/completions", "gpt-5-codex", messages},
		{"/v1/chat/completions", "instruct", messages},
		{"/v1/completions", "instruct", `"prompt":"one two three"`},
		{"/v1/responses", "chat", `"input":"one two three"`},
		{"/v1/messages", "claude", `"max_tokens":50,` + messages},
		{"/anthropic/v1/messages", "claude", `"max_tokens":50,` + messages},
	} {
		t.Run(tt.model+" at "+tt.path, func(t *testing.T) {
			got := g.glimpse(t, azure.Gate("a", tt.model+"-a"), tt.path, `{"model":"`+tt.model+`","stream":true,`+tt.body+`}`)
			if l := g.line(t, got); !l.Estimated || !l.Left || l.Input == 0 || l.Output == 0 || l.Model != tt.model || !l.Stream || l.Attempts != 1 {
				t.Errorf("%+v", l)
			}
		})
	}
}

// glimpse asks for a stream and leaves it behind when its first bytes are there.
func (g *gateway) glimpse(t *testing.T, gate *fakeazure.Gate, path, body string) answer {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	r, err := http.NewRequestWithContext(ctx, "POST", g.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("authorization", "Bearer "+clientKey)
	r.Header.Set("content-type", "application/json")
	answered := make(chan *http.Response, 1)
	go func() {
		if resp, err := http.DefaultClient.Do(r); err == nil {
			answered <- resp
		}
	}()
	upstream, err := gate.Stream(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := upstream.Next(ctx); err != nil {
			t.Fatal(err)
		}
	}
	resp := <-answered
	if _, err := io.ReadFull(resp.Body, make([]byte, 30)); err != nil {
		t.Fatal(err)
	}
	return answer{header: resp.Header}
}
