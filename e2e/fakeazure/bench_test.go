package fakeazure

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func benchConfig() Config {
	return Config{Quiet: true, Resources: []Resource{{Name: "a", Deployments: []Deployment{{Name: "bench", Kind: KindBench}}}}}
}

func TestBenchAnswersAnything(t *testing.T) {
	s := start(t, benchConfig())
	r := send(t, http.MethodPost, s.URL("a")+"/openai/v1/chat/completions", ask(strings.Repeat("x", 2000)))
	want(t, "status", r.Status, http.StatusOK)
	want(t, "object", r.JSON(t, "object"), "chat.completion")
	want(t, "body", bytes.Equal([]byte(r.Body), benchAnswer), true)
	r = send(t, http.MethodPost, s.URL("a")+"/any", strings.Repeat("x", 1<<20))
	want(t, "status of a large body", r.Status, http.StatusOK)
	want(t, "recorded", len(s.Requests()), 0)
}

func TestBenchStreamsKeepThePace(t *testing.T) {
	s := start(t, benchConfig())
	s.Pace("a", "", time.Microsecond)
	r := send(t, http.MethodPost, s.URL("a")+"/openai/v1/chat/completions", ask("x", `"stream":true`))
	want(t, "events", len(chunks(t, r.Body)), benchEvents)
}

func BenchmarkBench(b *testing.B) {
	s := start(b, benchConfig())
	body := ask(strings.Repeat("x", 2000))
	b.ReportAllocs()
	for b.Loop() {
		response, err := http.Post(s.URL("a")+"/openai/v1/chat/completions", "application/json", strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
	}
}
