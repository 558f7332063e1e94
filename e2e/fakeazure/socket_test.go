package fakeazure

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// talking is standard with a realtime deployment on both Azure resources.
func talking() Config {
	c := standard()
	for i := range c.Resources[:2] {
		r := &c.Resources[i]
		r.Deployments = append(r.Deployments, Deployment{Name: "live", Model: "gpt-realtime"})
	}
	c.Resources[2].Deployments = append(c.Resources[2].Deployments, Deployment{Name: "gpt-realtime", Model: "gpt-realtime"})
	return c
}

// peer is the client's end of a WebSocket.
type peer struct {
	*websocket.Conn
	t   *testing.T
	ctx context.Context
}

// dial opens a WebSocket with the headers that a well-behaved gateway sends.
func dial(t *testing.T, url string, header ...string) peer {
	t.Helper()
	p, r, err := tryDial(t, url, header...)
	if err != nil {
		t.Fatalf("%v: %+v", err, r)
	}
	return p
}

func tryDial(t *testing.T, url string, header ...string) (peer, *http.Response, error) {
	t.Helper()
	h := http.Header{"Accept-Encoding": {"identity"}}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	ctx := deadline(t)
	conn, r, err := websocket.Dial(ctx, url, &websocket.DialOptions{HTTPHeader: h, Subprotocols: []string{"realtime"}})
	if err != nil {
		return peer{}, r, err
	}
	conn.SetReadLimit(largestFrame)
	t.Cleanup(func() { _ = conn.CloseNow() })
	return peer{conn, t, ctx}, r, nil
}

func (p peer) send(text string) {
	p.t.Helper()
	if err := p.Write(p.ctx, websocket.MessageText, []byte(text)); err != nil {
		p.t.Fatal(err)
	}
}

// next is the next event.
func (p peer) next() any {
	p.t.Helper()
	kind, data, err := p.Read(p.ctx)
	if err != nil || kind != websocket.MessageText {
		p.t.Fatalf("read: %v, %v", kind, err)
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		p.t.Fatalf("event is not JSON: %v\n%s", err, data)
	}
	return v
}

// until gives the types of the events to the first of a type, and that event.
func (p peer) until(last string) (types string, event any) {
	p.t.Helper()
	for {
		event = p.next()
		kind := walk(event, "type").(string)
		types += " " + kind
		if kind == last {
			return strings.TrimSpace(types), event
		}
	}
}

// closed reads to the end and gives the server's close frame, empty without one.
func (p peer) closed() websocket.CloseError {
	p.t.Helper()
	for {
		if _, _, err := p.Read(p.ctx); err != nil {
			if p.ctx.Err() != nil {
				p.t.Fatal("the WebSocket is still open")
			}
			var closed websocket.CloseError
			errors.As(err, &closed)
			return closed
		}
	}
}

// record waits for a state of the last request's record.
func record(t *testing.T, s *Server, reached func(Request) bool) Request {
	t.Helper()
	ctx := deadline(t)
	for {
		if last, ok := s.Last(); ok && reached(last) {
			return last
		}
		select {
		case <-ctx.Done():
			last, _ := s.Last()
			t.Fatalf("the record came no further than %+v", last)
		case <-time.After(time.Millisecond):
		}
	}
}

func liveURL(s *Server) string { return s.URL("a") + "/openai/v1/realtime?model=live" }

func TestFramesGoBothWaysUnchanged(t *testing.T) {
	s := start(t, talking())
	p := dial(t, liveURL(s), "api-key", "key-a")
	want(t, "subprotocol", p.Subprotocol(), "realtime")
	p.until("session.created")
	for _, size := range []int{0, 1, 28_000, 1 << 20} {
		sent := strings.Repeat("\x00é", size/3+1)[:size]
		if err := p.Write(p.ctx, websocket.MessageBinary, []byte(sent)); err != nil {
			t.Fatal(err)
		}
		kind, got, err := p.Read(p.ctx)
		if err != nil || kind != websocket.MessageBinary || string(got) != sent {
			t.Fatalf("%d bytes came back as %v of %d bytes: %v", size, kind, len(got), err)
		}
	}
	p.send("not JSON")
	want(t, "echo", walk(p.next(), "delta"), "not JSON")
	last := record(t, s, func(r Request) bool { return len(r.Frames) == 5 })
	want(t, "status", last.Status, http.StatusSwitchingProtocols)
	want(t, "deployment", last.Deployment, "live")
	want(t, "binary in the record", last.Frames[1].Binary, true)
	want(t, "text in the record", string(last.Frames[4].Data), "not JSON")
	s.Check(t)
}

func TestCloseCodesGoBothWays(t *testing.T) {
	s := start(t, talking())
	p := dial(t, liveURL(s), "api-key", "key-a")
	_ = p.Close(4002, "enough")
	want(t, "the client's code", record(t, s, func(r Request) bool { return r.CloseCode != 0 }).CloseCode, 4002)
	p = dial(t, liveURL(s), "api-key", "key-a")
	p.send(`{"type":"` + ClosePlease + `","code":4001,"reason":"go"}`)
	want(t, "the server's", p.closed(), websocket.CloseError{Code: 4001, Reason: "go"})
	p = dial(t, liveURL(s), "api-key", "key-a")
	_ = p.CloseNow()
	want(t, "code without a close frame", record(t, s, func(r Request) bool { return r.CloseCode != 0 }).CloseCode, 1006)
}

func TestPingsGoBothWays(t *testing.T) {
	s := start(t, talking())
	p := dial(t, liveURL(s), "api-key", "key-a")
	p.send(`{"type":"` + PingPlease + `"}`)
	p.until(PingPlease) // the pong has come: Read has sent it
	reading := p.CloseRead(p.ctx)
	if err := p.Ping(reading); err != nil {
		t.Fatal(err)
	}
}

func TestAnUpgradeIsRefusedLikeAnyRequest(t *testing.T) {
	s := start(t, talking())
	azure := s.URL("a") + "/openai/"
	for _, row := range []struct {
		name, url, header, value string
		status                   int
	}{
		{"a wrong key", liveURL(s), "api-key", "wrong", 401},
		{"no key", liveURL(s), "x-none", "", 401},
		{"an unknown deployment", azure + "v1/realtime?model=none", "api-key", "key-a", 404},
		{"no deployment", azure + "v1/realtime", "api-key", "key-a", 400},
		{"a deployment of chat", azure + "v1/realtime?model=chat", "api-key", "key-a", 400},
		{"a version that is no preview", azure + "realtime?api-version=2024-10-21&deployment=live", "api-key", "key-a", 404},
		{"a dated version on v1", azure + "v1/realtime?model=live&api-version=2025-04-01-preview", "api-key", "key-a", 404},
		{"responses on the classic surface", azure + "responses?api-version=" + dated, "api-key", "key-a", 404},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, r, err := tryDial(t, row.url, row.header, row.value)
			if err == nil || r == nil {
				t.Fatalf("no refusal: %v", err)
			}
			want(t, "status", r.StatusCode, row.status)
			last, _ := s.Last()
			want(t, "status in the record", last.Status, row.status)
		})
	}
	want(t, "status without an upgrade", v1(t, s, "a", "GET", "realtime?model=live", "").Status, 404)
	s.Script("a", "live", TooManyRequests(time.Second))
	_, r, _ := tryDial(t, liveURL(s), "api-key", "key-a")
	want(t, "status of a script", r.StatusCode, 429)
}

func TestASocketIsHeldByAGateAndEndsWithItsResource(t *testing.T) {
	s := start(t, talking())
	gate := s.Gate("a", "live")
	p := dial(t, liveURL(s), "api-key", "key-a")
	stream, err := gate.Stream(deadline(t))
	if err != nil {
		t.Fatal(err)
	}
	event, err := stream.Next(deadline(t))
	if err != nil {
		t.Fatal(err)
	}
	_, got, _ := p.Read(p.ctx)
	want(t, "the first event", string(got), string(event))
	p.send("one")
	_ = p.CloseNow()
	select {
	case <-stream.Disconnected():
	case <-deadline(t).Done():
		t.Fatal("the leaving was not felt")
	}
	gate.Open()
	p = dial(t, liveURL(s), "api-key", "key-a")
	p.until("session.created")
	if err := s.Stop("a"); err != nil {
		t.Fatal(err)
	}
	want(t, "code when the resource is gone", p.closed().Code, websocket.StatusCode(0))
}

func TestATagInAFrameIsAViolation(t *testing.T) {
	s := start(t, talking())
	p := dial(t, s.URL("a")+"/openai/v1/responses", "api-key", "key-a")
	p.send(`{"type":"response.create","model":"chat","input":"x","previous_response_id":"resp_1~ab"}`)
	p.until("error")
	found := strings.Join(s.Violations(), "\n")
	want(t, "violations", strings.HasSuffix(found, "an id with a tag reached the upstream in previous_response_id of a frame"), true)
}
