package extproc

import (
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/protobuf/proto"
)

// slow is Envoy that takes a second for everything.
type slow struct{ peer }

func (slow) RecvMsg(any) error { time.Sleep(time.Second); return nil }
func (slow) SendMsg(any) error { time.Sleep(time.Second); return nil }

func TestStopwatchCountsWhatIsInHandAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &stopwatch{peer: slow{}}
		for range 2 {
			_ = w.RecvMsg(nil)
			time.Sleep(3 * time.Millisecond)
			_ = w.SendMsg(nil)
			time.Sleep(4 * time.Millisecond) // between an answer and the wait for the next message
			_ = w.SendMsg(nil)
		}
		_ = w.RecvMsg(nil)
		time.Sleep(5 * time.Millisecond)
		if got := w.read(); got != 19*time.Millisecond {
			t.Errorf("%v in hand, want 19ms", got)
		}
	})
}

func TestEveryDecisionIsTimedOnce(t *testing.T) {
	for name, send := range map[string][]proto.Message{
		"forwarded":        {post("/v1/chat/completions", "application/json"), bodyRequest([]byte(`{"model":"chat"}`), true)},
		"refused":          {post("/v1/chat/completions", "application/json"), bodyRequest([]byte(`{}`), true)},
		"refused at once":  {headersRequest(true, ":method", "GET", ":path", "/nope", "api-key", "sk-client")},
		"of the gateway":   {headersRequest(true, ":method", "GET", ":path", "/v1/models", "api-key", "sk-client")},
		"read and changed": {headersRequest(true, ":method", "GET", ":path", "/v1/files", "api-key", "sk-client")},
	} {
		t.Run(name, func(t *testing.T) {
			s, seen := newServer(t, nil)
			if _, err := play(t, s, send...); err != nil {
				t.Fatal(err)
			}
			want := 1
			if name == "of the gateway" {
				want = 0 // it needs no decision
			}
			if len(seen.decided) != want {
				t.Errorf("%d times, want %d", len(seen.decided), want)
			}
		})
	}
}
