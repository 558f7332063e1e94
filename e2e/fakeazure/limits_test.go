package fakeazure

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestRateLimits(t *testing.T) {
	var now atomic.Int64
	now.Store(1_800_000_000)
	c := standard()
	c.Now = func() time.Time { return time.Unix(now.Load(), 0) }
	c.Resources[0].Deployments[0].RPM = 2
	c.Resources[0].Deployments[1].TPM = 1000
	s := start(t, c)
	r := classic(t, s, "chat", "chat/completions", ask("x"))
	want(t, "limit", r.Header.Get("x-ratelimit-limit-requests"), "2")
	want(t, "remaining", r.Header.Get("x-ratelimit-remaining-requests"), "1")
	want(t, "reset", r.Header.Get("x-ratelimit-reset-requests"), "60")
	now.Add(20)
	r = classic(t, s, "chat", "chat/completions", ask("x"))
	want(t, "remaining", r.Header.Get("x-ratelimit-remaining-requests"), "0")
	r = classic(t, s, "chat", "chat/completions", ask("x"))
	want(t, "status", r.Status, http.StatusTooManyRequests)
	want(t, "retry-after", r.Header.Get("retry-after"), "40")
	want(t, "retry-after-ms", r.Header.Get("retry-after-ms"), "40000")
	if message := r.JSON(t, "error.message").(string); !strings.Contains(message, "retry after 40 seconds") || !strings.Contains(message, "ChatCompletions_Create") {
		t.Errorf("message: %s", message)
	}
	now.Add(40)
	want(t, "status in the next minute", classic(t, s, "chat", "chat/completions", ask("x")).Status, http.StatusOK)

	name := "team%2Fgpt%204o:v1"
	r = classic(t, s, name, "chat/completions", ask("x", `"max_tokens":900`))
	want(t, "status below the token limit", r.Status, http.StatusOK)
	r = classic(t, s, name, "chat/completions", ask("x", `"max_completion_tokens":900`))
	want(t, "status above it", r.Status, http.StatusTooManyRequests)
	want(t, "what is exceeded", strings.Contains(r.Body, "exceeded token rate limit"), true)
}

func TestUnknownLimits(t *testing.T) {
	c := standard()
	c.UnknownLimits = true
	s := start(t, c)
	r := classic(t, s, "chat", "chat/completions", ask("x"))
	want(t, "remaining", r.Header.Get("x-ratelimit-remaining-tokens"), "-1")
	want(t, "reset", r.Header.Get("x-ratelimit-reset-tokens"), "0")
}

func TestClientRequestIDComesBack(t *testing.T) {
	s := start(t, standard())
	r := send(t, http.MethodPost, s.classicURL("a", "chat", "chat/completions"), ask("x"), "api-key", "key-a", "x-ms-client-request-id", "mine")
	want(t, "x-ms-client-request-id", r.Header.Get("x-ms-client-request-id"), "mine")
}
