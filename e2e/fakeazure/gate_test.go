package fakeazure

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestGateHoldsAStreamBetweenEvents(t *testing.T) {
	s := start(t, standard())
	gate := s.Gate("a", "chat")
	response := open(t, deadline(t), http.MethodPost, s.classicURL("a", "chat", "chat/completions"), ask("hello there", `"stream":true`), "api-key", "key-a")
	defer response.Body.Close()
	stream, err := gate.Stream(deadline(t))
	if err != nil {
		t.Fatal(err)
	}
	want(t, "request", stream.Request.Deployment, "chat")
	lines := bufio.NewReader(response.Body)
	for n := 0; ; n++ {
		event, err := stream.Next(deadline(t))
		if errors.Is(err, io.EOF) {
			want(t, "events", n, 8)
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(event))
		if _, err := io.ReadFull(lines, got); err != nil {
			t.Fatalf("event %d did not arrive: %v", n, err)
		}
		want(t, "event", string(got), string(event))
		want(t, "buffered beyond the event", lines.Buffered(), 0)
	}
	<-stream.Done()
}

func TestGateFeelsTheClientLeave(t *testing.T) {
	s := start(t, standard())
	gate := s.Gate("a", "")
	ctx, leave := context.WithCancel(deadline(t))
	defer leave()
	response := open(t, ctx, http.MethodPost, s.classicURL("a", "chat", "chat/completions"), ask("x", `"stream":true`), "api-key", "key-a")
	defer response.Body.Close()
	stream, err := gate.Stream(deadline(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Next(deadline(t)); err != nil {
		t.Fatal(err)
	}
	leave()
	select {
	case <-stream.Disconnected():
	case <-deadline(t).Done():
		t.Fatal("the leaving was not felt")
	}
	if _, err := stream.Next(deadline(t)); !errors.Is(err, ErrDisconnected) {
		t.Errorf("Next after the leaving: %v", err)
	}
	want(t, "events sent", (<-s.Disconnects()).Sent, 1)
}

func TestGateHoldsAWholeAnswerAsOneEvent(t *testing.T) {
	s := start(t, standard())
	gate := s.Gate("a", "chat")
	answered := make(chan result, 1)
	go func() { answered <- classic(t, s, "chat", "chat/completions", ask("x")) }()
	stream, err := gate.Stream(deadline(t))
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-answered:
		t.Fatal("answered before the gate let it")
	default:
	}
	n, err := stream.Rest(deadline(t))
	want(t, "error", err, nil)
	want(t, "events", n, 1)
	want(t, "status", (<-answered).Status, http.StatusOK)
}

func TestOpenGateLetsEverythingGo(t *testing.T) {
	s := start(t, standard())
	gate := s.Gate("a", "chat")
	response := open(t, deadline(t), http.MethodPost, s.classicURL("a", "chat", "chat/completions"), ask("x", `"stream":true`), "api-key", "key-a")
	defer response.Body.Close()
	if _, err := gate.Stream(deadline(t)); err != nil {
		t.Fatal(err)
	}
	gate.Open()
	body, err := io.ReadAll(response.Body)
	want(t, "error", err, nil)
	want(t, "end", strings.HasSuffix(string(body), "data: [DONE]\n\n"), true)
	want(t, "next request", classic(t, s, "chat", "chat/completions", ask("x")).Status, http.StatusOK)
}

func TestOtherPlacesPassTheGate(t *testing.T) {
	s := start(t, standard())
	s.Gate("a", "chat")
	want(t, "another deployment", classic(t, s, "five", "chat/completions", ask("x")).Status, http.StatusOK)
}

func TestAnUploadIsToldWhenItBeginsAndWhenItsClientLeaves(t *testing.T) {
	s := start(t, standard())
	form, body := multipartBody(t, part{"model", "", "whisper"}, part{"file", "a.wav", strings.Repeat("x", 10_000)})
	for name, row := range map[string]struct{ path, kind, body string }{
		"a form": {"/openai/v1/audio/transcriptions", form, body},
		"JSON":   {"/openai/v1/chat/completions", "application/json", ask("hello", `"model":"chat"`)},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, leave := context.WithCancel(deadline(t))
			defer leave()
			half, rest := io.Pipe()
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL("a")+row.path, half)
			if err != nil {
				t.Fatal(err)
			}
			r.ContentLength = int64(len(row.body))
			r.Header.Set("Content-Type", row.kind)
			r.Header.Set("Accept-Encoding", "identity")
			r.Header.Set("Api-Key", "key-a")
			failed := make(chan error, 1)
			go func() {
				_, err := http.DefaultClient.Do(r)
				failed <- err
			}()
			_, _ = io.WriteString(rest, row.body[:len(row.body)/2])
			select {
			case u := <-s.Uploads():
				want(t, "upload", u, Upload{"a", row.path, int64(len(row.body))})
			case <-deadline(t).Done():
				t.Fatal("the upload is not told")
			}
			leave()
			_ = rest.CloseWithError(context.Canceled)
			if err := <-failed; err == nil {
				t.Error("the client has an answer")
			}
			select {
			case d := <-s.Disconnects():
				want(t, "resource", d.Resource, "a")
			case <-deadline(t).Done():
				t.Error("the client's leaving is not told")
			}
			last, _ := s.Last()
			want(t, "status", last.Status, 0)
		})
	}
}
