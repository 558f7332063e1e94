package e2e

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/azproc/azproc/e2e/fakeazure"
)

const streamBody = `{"model":"chat","stream":true,"messages":[{"role":"user","content":"one two three"}]}`

// usageBody is streamBody of a client that asks for the usage itself, so that no event
// is hidden from it.
const usageBody = `{"model":"chat","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"one two three"}]}`

// stream begins a streamed request; the answer's body is the caller's.
func stream(ctx context.Context, t *testing.T, g *gateway, body string) *http.Response {
	t.Helper()
	return streamAt(ctx, t, g, "/v1/chat/completions", body)
}

// streamAt is stream for any path.
func streamAt(ctx context.Context, t *testing.T, g *gateway, path, body string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, "POST", g.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("authorization", "Bearer "+clientKey)
	r.Header.Set("content-type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

// event reads one server-sent event, "" at the end.
func event(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	var b strings.Builder
	for {
		line, err := r.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		if line == "\n" {
			return b.String()
		}
		b.WriteString(line)
	}
}

// running begins a stream and stops it behind its first event: Azure sends the
// rest when the gate is opened.
func running(t *testing.T, azure *fakeazure.Server, g *gateway) (*http.Response, *fakeazure.Gate) {
	t.Helper()
	gate := azure.Gate("a", "dep-chat")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	resp := stream(ctx, t, g, streamBody)
	upstream, err := gate.Stream(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := upstream.Next(ctx); err != nil {
		t.Fatal(err)
	}
	return resp, gate
}

func TestEachEventReachesTheClientBeforeTheNextIsSent(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure))
	gate := azure.Gate("a", "dep-chat")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	resp := stream(ctx, t, g, usageBody)
	upstream, err := gate.Stream(ctx)
	if err != nil {
		t.Fatal(err)
	}
	client := bufio.NewReader(resp.Body)
	for n := 0; ; n++ {
		// Azure sends exactly one event, and the client has it before Azure is
		// let send another.
		sent, err := upstream.Next(ctx)
		if errors.Is(err, io.EOF) {
			if n < 5 {
				t.Errorf("the stream had only %d events", n)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := event(t, client); strings.TrimSpace(got) != strings.TrimSpace(string(sent)) {
			t.Fatalf("event %d reached the client as %q, Azure sent %q", n, got, sent)
		}
	}
}

func TestAClientThatLeavesIsFeltUpstream(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure))
	for name, body := range map[string]string{"a stream": streamBody, "an answer that is not ready": strings.Replace(streamBody, "true", "false", 1)} {
		t.Run(name, func(t *testing.T) {
			gate := azure.Gate("a", "dep-chat")
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			leave, gone := context.WithCancel(ctx)
			go func() {
				r, _ := http.NewRequestWithContext(leave, "POST", g.url+"/v1/chat/completions", strings.NewReader(body))
				r.Header.Set("authorization", "Bearer "+clientKey)
				r.Header.Set("content-type", "application/json")
				if resp, err := http.DefaultClient.Do(r); err == nil {
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
				}
			}()
			upstream, err := gate.Stream(ctx)
			if err != nil {
				t.Fatal(err)
			}
			left := time.Now()
			gone()
			select {
			case <-upstream.Disconnected():
				t.Logf("felt upstream after %v", time.Since(left))
			case <-ctx.Done():
				t.Fatal("Azure goes on generating for a client that has left")
			}
			gate.Open()
		})
	}
}

func TestAStreamOutlivesTheGoService(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure))
	resp, gate := running(t, azure, g)
	// No ext_proc stream is open while the answer runs: the Go service could go.
	stats := g.envoyStat(t, "http.azproc.ext_proc.")
	if started, closed := stats["streams_started"], stats["streams_closed"]; started == 0 || started != closed {
		t.Errorf("%d streams started, %d closed", started, closed)
	}
	gate.Open()
	if text, err := io.ReadAll(resp.Body); err != nil || !strings.HasSuffix(strings.TrimSpace(string(text)), "data: [DONE]") {
		t.Errorf("the stream ended as %.60q, %v", text, err)
	}
}

func TestARequestCostsTwoMessagesAndItsAnswerNone(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure))
	before := g.envoyStat(t, "http.azproc.ext_proc.")
	const requests = 10
	for range requests {
		if got := do(t, "POST", g.url+"/v1/chat/completions", streamBody); got.status != 200 {
			t.Fatal(got.body)
		}
	}
	after := g.envoyStat(t, "http.azproc.ext_proc.")
	if n := after["stream_msgs_sent"] - before["stream_msgs_sent"]; n != 2*requests {
		t.Errorf("%d messages to Go for %d requests", n, requests)
	}
}
