package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// TestOnlyTranslatedAnswersPassThroughGo counts by Envoy's own statistics what it asks
// of Go: a native request twice, its headers and its body, and nothing of its answer.
func TestOnlyTranslatedAnswersPassThroughGo(t *testing.T) {
	t.Parallel()
	azure, g := newStreamers(t, "", streamers, replayed, map[string]struct{ kind, more string }{"chat": {"chat", ""}})
	const (
		requests = 5
		hi       = `"max_tokens":99,"messages":[{"role":"user","content":"hi"}]`
		streamed = `"stream":true,`
	)
	for _, tt := range []struct {
		name, model, path, body string
		translated              bool
	}{
		{"chat at a chat model", "chat", "chat/completions", hi, false},
		{"a stream of a chat model", "chat", "chat/completions", streamed + hi, false},
		{"messages at Claude", "claude", "messages", hi, false},
		{"a stream of messages", "claude", "messages", streamed + hi, false},
		{"a count of tokens", "claude", "messages/count_tokens", `"messages":[{"role":"user","content":"hi"}]`, false},
		{"completions at an instruct model", "instruct", "completions", `"prompt":"hi"`, false},
		{"a stream of completions", "instruct", "completions", streamed + `"prompt":"hi"`, false},
		{"chat that would be made normal if it were a stream", "normal", "chat/completions", hi, false},
		{"chat at a model that cannot stream", "o1", "chat/completions", hi, false},
		{"a stream that is made normal", "normal", "chat/completions", streamed + hi, true},
		{"a stream that is made", "o1", "chat/completions", streamed + hi, true},
		{"chat at Claude", "claude", "chat/completions", hi, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := g.asks(t)
			for range requests {
				if got := do(t, "POST", g.url+"/v1/"+tt.path, fmt.Sprintf(`{"model":%q,%s}`, tt.model, tt.body)); got.status != 200 {
					t.Fatalf("%d %s", got.status, got.body)
				}
			}
			now := g.asks(t)
			want := asks{streams: requests, messages: 2 * requests}
			got := asks{now.streams - before.streams, now.messages - before.messages, now.later - before.later, now.laterMessages - before.laterMessages}
			if tt.translated {
				// Once more from its cluster: the headers and the body, those of the response and at least one piece of it.
				if want.later, want.laterMessages = requests, max(4*requests, got.laterMessages); got.laterMessages < 4*requests {
					t.Errorf("only %d messages", got.laterMessages)
				}
			}
			if got != want {
				t.Errorf("Envoy asked Go %+v, want %+v", got, want)
			}
		})
	}
	if n := len(azure.Violations()); n != 0 {
		t.Errorf("%d violations", n)
	}
}

func TestWhatTranslatedAnswersHaveUsedIsSettled(t *testing.T) {
	t.Parallel()
	limited := make(map[string]struct{ kind, more string })
	for _, all := range []map[string]struct{ kind, more string }{streamers, replayed} {
		for group, s := range all {
			s.more += ", tpm: 100000"
			limited[group] = s
		}
	}
	_, g := newStreamers(t, "", limited)
	const asks = `,"stream_options":{"include_usage":true}`
	for group := range limited {
		t.Run(group, func(t *testing.T) {
			aMinuteAhead(t)
			path, before := g.url+"/v1/chat/completions", g.deployments()[group+"-a"].Windows.Tokens.Used
			count := func() int64 {
				g.settled()
				now := g.deployments()[group+"-a"].Windows.Tokens.Used
				n := now - before
				before = now
				return n
			}
			told := do(t, "POST", path, asking(group, asks))
			real := used(t, told.body)
			if n := count(); n != real {
				t.Errorf("%d tokens are counted of a stream that tells %d", n, real)
			}
			whole := do(t, "POST", path, strings.Replace(asking(group), `"stream":true`, `"stream":false`, 1))
			if n := count(); n != real || used(t, whole.body) != real {
				t.Errorf("%d tokens are counted of an answer that tells %d, where a stream has told %d", n, used(t, whole.body), real)
			}
			silent := do(t, "POST", path, asking(group))
			if strings.Contains(silent.body, "total_tokens") {
				t.Errorf("told what was not asked for: %s", silent.body)
			}
			if n := count(); n != real {
				t.Errorf("%d tokens are counted of a stream that does not tell, want %d", n, real)
			}
		})
	}
}
