package fakeazure

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestScriptIsPlayedInOrder(t *testing.T) {
	s := start(t, standard())
	s.Script("a", "chat", TooManyRequests(1500*time.Millisecond), Serve(), EmptyStatus(503))
	s.Script("a", "", Status(500))
	r := classic(t, s, "chat", "chat/completions", ask("x"))
	want(t, "first", r.Status, 429)
	want(t, "retry-after", r.Header.Get("retry-after"), "2")
	want(t, "retry-after-ms", r.Header.Get("retry-after-ms"), "1500")
	want(t, "code", r.JSON(t, "error.code"), "429")
	want(t, "second", classic(t, s, "chat", "chat/completions", ask("x")).Status, 200)
	r = classic(t, s, "chat", "chat/completions", ask("x"))
	want(t, "third", r.Status, 503)
	want(t, "third's body", r.Body, "")
	want(t, "fourth, of the resource", classic(t, s, "chat", "chat/completions", ask("x")).Status, 500)
	want(t, "fifth", classic(t, s, "chat", "chat/completions", ask("x")).Status, 200)
}

func TestUnscript(t *testing.T) {
	s := start(t, standard())
	s.Script("a", "chat", Status(500).Times(3)...)
	classic(t, s, "chat", "chat/completions", ask("x"))
	want(t, "steps left", s.Unscript("a", "chat"), 2)
	want(t, "status", classic(t, s, "chat", "chat/completions", ask("x")).Status, 200)
}

func TestFaultsThatAreAnswers(t *testing.T) {
	s := start(t, standard())
	for _, row := range []struct {
		name   string
		fault  Fault
		status int
		code   any
	}{
		{"a revoked token", TokenRevoked(), 401, nil},
		{"a missing role", PermissionDenied(), 401, "PermissionDenied"},
		{"the firewall", Status(403), 403, "403"},
		{"no deployment", Status(404), 404, "DeploymentNotFound"},
		{"a timeout", Status(408), 408, "Timeout"},
		{"a conflict", Status(409), 409, "Conflict"},
		{"no capacity", NoCapacity(), 429, "NoCapacity"},
		{"an error", Status(500), 500, "InternalServerError"},
		{"a bad gateway", Status(502), 502, "BadGateway"},
		{"an outage", Status(503), 503, "ServiceUnavailable"},
		{"the filter", ContentFilter(), 400, "content_filter"},
		{"a long prompt", ContextLength(), 400, "context_length_exceeded"},
		{"anything", Raw(418, "application/json", []byte(`{"error":{"code":"tea"}}`)).WithHeader("x-tea", "green"), 418, "tea"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s.Script("a", "chat", row.fault)
			r := classic(t, s, "chat", "chat/completions", ask("x"))
			want(t, "status", r.Status, row.status)
			want(t, "code", r.JSON(t, "error.code"), row.code)
			if row.status == 418 {
				want(t, "header", r.Header.Get("x-tea"), "green")
			}
		})
	}
	s.Script("a", "chat", HTMLStatus(502))
	r := classic(t, s, "chat", "chat/completions", ask("x"))
	want(t, "type of a page", r.Header.Get("content-type"), "text/html")
	want(t, "a page", strings.Contains(r.Body, "<h1>502 Bad Gateway</h1>"), true)
}

func TestResetBeforeHeaders(t *testing.T) {
	s := start(t, standard())
	s.Script("a", "chat", Reset())
	_, err := try(deadline(t), http.MethodPost, s.classicURL("a", "chat", "chat/completions"), ask("x"), "api-key", "key-a")
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("error %v, want a reset connection", err)
	}
	last, _ := s.Last()
	want(t, "status of no answer", last.Status, 0)
}

func TestCutsInAStream(t *testing.T) {
	s := start(t, standard())
	stream := func(t *testing.T, fault Fault) (string, error) {
		t.Helper()
		s.Script("a", "chat", fault)
		response := open(t, deadline(t), http.MethodPost, s.classicURL("a", "chat", "chat/completions"), ask("hello there", `"stream":true`), "api-key", "key-a")
		defer response.Body.Close()
		want(t, "status", response.StatusCode, 200)
		data, err := io.ReadAll(response.Body)
		return string(data), err
	}
	t.Run("a truncated stream has its events and no end", func(t *testing.T) {
		body, err := stream(t, TruncateAfter(3))
		want(t, "events", len(events(t, body)), 3)
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("error %v, want an unexpected end", err)
		}
	})
	t.Run("a reset stream is an error", func(t *testing.T) {
		_, err := stream(t, ResetAfter(2))
		if err == nil {
			t.Error("the stream ended well")
		}
	})
	t.Run("an error event is the last", func(t *testing.T) {
		body, err := stream(t, ErrorEventAfter(3))
		all := events(t, body)
		want(t, "error", err, nil)
		want(t, "events", len(all), 4)
		var last any
		_ = json.Unmarshal([]byte(all[3]), &last)
		want(t, "code", walk(last, "error.code"), "server_error")
	})
	t.Run("a cut behind the end is at the end", func(t *testing.T) {
		body, err := stream(t, TruncateAfter(1000))
		all := events(t, body)
		want(t, "last event", all[len(all)-1], "[DONE]")
		if err == nil {
			t.Error("the stream ended well")
		}
	})
}

func TestStallsEndWithTheClient(t *testing.T) {
	for _, row := range []struct {
		name  string
		fault Fault
		sent  int
	}{
		{"before the answer", Stall(), 0},
		{"in a stream", StallAfter(2), 2},
		{"an answer that is too late", Late(time.Hour), 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := start(t, standard())
			s.Script("a", "chat", row.fault)
			ctx, leave := context.WithCancel(deadline(t))
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				response, err := try(ctx, http.MethodPost, s.classicURL("a", "chat", "chat/completions"), ask("x", `"stream":true`), "api-key", "key-a")
				if err == nil {
					_, _ = io.Copy(io.Discard, response.Body)
					_ = response.Body.Close()
				}
			}()
			if _, err := s.WaitRequests(deadline(t), 1); err != nil {
				t.Fatal(err)
			}
			leave()
			<-ended
			select {
			case d := <-s.Disconnects():
				want(t, "deployment", d.Deployment, "chat")
				want(t, "order", d.Order, 1)
				if d.Sent > row.sent {
					t.Errorf("%d events were sent, want at most %d", d.Sent, row.sent)
				}
			case <-deadline(t).Done():
				t.Fatal("the leaving was not felt")
			}
		})
	}
}

func TestCloseEndsAStall(t *testing.T) {
	s := start(t, standard())
	s.Script("a", "chat", Stall())
	failed := make(chan error, 1)
	go func() {
		_, err := try(deadline(t), http.MethodPost, s.classicURL("a", "chat", "chat/completions"), ask("x"), "api-key", "key-a")
		failed <- err
	}()
	if _, err := s.WaitRequests(deadline(t), 1); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := <-failed; err == nil {
		t.Error("the request was answered")
	}
}

// An answer that cannot be completed must not look complete, even when the
// server's end and the handler's race.
func TestAnswerThatTheServerEndsIsAborted(t *testing.T) {
	s := New(standard())
	close(s.closing)
	for _, fault := range []Fault{Stall(), StallAfter(1), Late(time.Hour)} {
		s.Script("a", "chat", fault)
		request := httptest.NewRequest(http.MethodPost, "/openai/deployments/chat/chat/completions?api-version="+dated, strings.NewReader(ask("x", `"stream":true`)))
		request.Header.Set("Api-Key", "key-a")
		func() {
			defer func() { want(t, "panic", recover(), http.ErrAbortHandler) }()
			s.resource("a").ServeHTTP(httptest.NewRecorder(), request)
		}()
	}
}

func TestStopMakesOneResourceUnreachable(t *testing.T) {
	s := start(t, standard())
	if err := s.Stop("a"); err != nil {
		t.Fatal(err)
	}
	_, err := try(deadline(t), http.MethodPost, s.classicURL("a", "chat", "chat/completions"), ask("x"), "api-key", "key-a")
	if !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("error %v, want a refused connection", err)
	}
	r := send(t, http.MethodPost, s.classicURL("b", "chat", "chat/completions"), ask("x"), "api-key", "key-b")
	want(t, "the other resource", r.Status, 200)
}
