package e2e

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// line waits for the line of a session in the access log, once it is over.
func (c *connection) line(g *gateway) line {
	c.t.Helper()
	return g.line(c.t.(*testing.T), answer{header: c.answer.Header})
}

// respond has a session answer once more, and gives what that has used.
func (c *connection) respond() toldUsage {
	c.t.Helper()
	c.send(websocket.MessageText, []byte(`{"type":"response.create"}`))
	return c.until("response.done").Response.Usage
}

// talking is a session at a gateway that has been told something.
func talking(t *testing.T, g *gateway, path string, header ...string) *connection {
	t.Helper()
	c := socket(t, g, path, header...)
	c.until("session.created")
	c.send(websocket.MessageText, []byte(`{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"one two three"}]}}`))
	return c
}

// bye ends a session.
func (c *connection) bye() {
	c.t.Helper()
	if err := c.Close(websocket.StatusNormalClosure, ""); err != nil {
		c.t.Error(err)
	}
}

func TestASessionsUsageIsTheSumOfItsAnswers(t *testing.T) {
	overBoth(t, func(t *testing.T, _ *fakeazure.Server, g *gateway) {
		for name, path := range map[string]string{"GA": voice, "preview": "/openai/realtime?api-version=2025-04-01-preview&deployment=voice"} {
			t.Run(name, func(t *testing.T) {
				c := talking(t, g, path)
				var want toldUsage
				for i := range 3 {
					got := c.respond()
					c.send(websocket.MessageBinary, []byte(`{"type":"response.done","response":{"usage":{"input_tokens":1000}}}`)) // comes back, as no text
					c.receive()
					if got.Input == 0 || got.Output == 0 || (got.Details.Cached > 0) != (i > 0) {
						t.Fatalf("answer %d: %+v", i, got)
					}
					want.Input, want.Output, want.Details.Cached = want.Input+got.Input, want.Output+got.Output, want.Details.Cached+got.Details.Cached
				}
				c.bye()
				l := c.line(g)
				if l.Input != want.Input || l.Output != want.Output || l.Cached != want.Details.Cached || l.Operation != "realtime" || l.Model != "voice" || l.Deployment != "voice-a" || l.Estimated {
					t.Errorf("%+v, want %+v", l, want)
				}
				// azure/gpt-realtime
				dollars := float64(want.Input-want.Details.Cached)*4e-6 + float64(want.Details.Cached)*4e-7 + float64(want.Output)*1.6e-5
				if cost, ok := l.Cost.(float64); !ok || cost < dollars-1e-6 || cost > dollars+1e-6 {
					t.Errorf("it costs %v, want %v", l.Cost, dollars)
				}
			})
		}
		if got := g.metric("gen_ai_client_token_usage_count"); got != 4 {
			t.Errorf("the metric of tokens has %v entries, want 4: in and out, of two sessions", got)
		}
	})
}

func TestASessionThatBreaksOffHasUsedWhatItWasTold(t *testing.T) {
	for name, end := range map[string]func(*connection, *fakeazure.Server) error{
		"by its client": func(c *connection, _ *fakeazure.Server) error { return c.CloseNow() },
		"by its resource": func(c *connection, azure *fakeazure.Server) error {
			err := azure.Stop("a")
			_ = c.ended()
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			azure := fleet(t)
			g := start(t, groups(azure, "", member{group: "voice", kind: "realtime", resource: "a"}))
			c := talking(t, g, voice)
			want := c.respond()
			if err := end(c, azure); err != nil {
				t.Fatal(err)
			}
			if l := c.line(g); l.Input != want.Input || l.Output != want.Output || l.Estimated || l.Cost == nil {
				t.Errorf("%+v, want %+v", l, want)
			}
			g.settled()
		})
	}
}

func TestASessionWithoutAnAnswerHasUsedNothing(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "voice", kind: "realtime", resource: "a"}))
	c := talking(t, g, voice)
	c.bye()
	if l := c.line(g); l.Input != 0 || l.Output != 0 || l.Estimated || l.Cost != nil || l.Operation != "realtime" {
		t.Errorf("%+v", l)
	}
}

func TestWhatASessionWritesDownCounts(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "voice", kind: "realtime", resource: "a"}))
	second := base64.StdEncoding.EncodeToString(make([]byte, 48_000))
	for model, want := range map[string]line{"whisper-1": {AudioMS: 2000}, "gpt-4o-transcribe": {Input: 20, Output: 8}} {
		t.Run(model, func(t *testing.T) {
			c := socket(t, g, voice)
			c.until("session.created")
			c.send(websocket.MessageText, fmt.Appendf(nil, `{"type":"session.update","session":{"audio":{"input":{"transcription":{"model":%q}}}}}`, model))
			for range 2 {
				c.send(websocket.MessageText, fmt.Appendf(nil, `{"type":"input_audio_buffer.append","audio":%q}`, second))
				c.send(websocket.MessageText, []byte(`{"type":"input_audio_buffer.commit"}`))
				c.until("conversation.item.input_audio_transcription.completed")
			}
			c.bye()
			if l := c.line(g); l.Input != want.Input || l.Output != want.Output || l.AudioMS != want.AudioMS || l.Estimated {
				t.Errorf("%+v, want %+v", l, want)
			}
		})
	}
}

func TestResponsesOverAWebSocketAreCountedByTheirModels(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "passthrough: {default: text-a}", member{group: "text", resource: "a"}, member{group: "small", kind: "batch", resource: "a"}))
	for _, path := range []string{"/v1/responses", "/openai/v1/responses", "/v1/responses?model=small", "/azure/openai/v1/responses"} {
		t.Run(path, func(t *testing.T) {
			c := socket(t, g, path)
			var want toldUsage
			dollars := 0.0
			for _, one := range []struct {
				deployment string
				in, out    float64 // of azure/gpt-4o-2024-11-20 and azure/gpt-4o-mini
			}{{"chat-a", 2.5e-6, 1e-5}, {"batch-a", 1.5e-7, 6e-7}, {"chat-a", 2.5e-6, 1e-5}} {
				c.send(websocket.MessageText, fmt.Appendf(nil, `{"type":"response.create","model":%q,"input":"one two three"}`, one.deployment))
				got := c.until("response.completed").Response.Usage
				want.Input, want.Output = want.Input+got.Input, want.Output+got.Output
				dollars += float64(got.Input)*one.in + float64(got.Output)*one.out
			}
			c.bye()
			l := c.line(g)
			if l.Input != want.Input || l.Output != want.Output || want.Output == 0 || l.Estimated {
				t.Errorf("%+v, want %+v", l, want)
			}
			if cost, ok := l.Cost.(float64); !ok || cost < dollars-3e-6 || cost > dollars+3e-6 {
				t.Errorf("it costs %v, want %v", l.Cost, dollars)
			}
		})
	}
}

// budget is what a key has spent and held, in dollars, as it is told.
func budget(t *testing.T, g *gateway, key string) string {
	t.Helper()
	return do(t, "GET", g.url+"/key/info", "", as(key)...).body
}

func TestASessionIsChargedToItsKeyAndNoneBeginsWithoutMoney(t *testing.T) {
	aMinuteAhead(t)
	azure := fleet(t)
	g := start(t, groups(azure, "keys:\n"+keyEntry("poor", ", budget: 0.0001, period: 1d, tpm: 1000"), member{group: "voice", kind: "realtime", resource: "a"}))
	c := talking(t, g, voice, as("poor")...)
	for range 3 { // far more than there is: nobody ends a session that runs
		c.respond()
	}
	c.bye()
	l := c.line(g)
	if cost, ok := l.Cost.(float64); !ok || cost < 0.0001 || l.Key != "poor" {
		t.Fatalf("%+v", l)
	}
	var info struct {
		Info struct{ Spend float64 }
	}
	if err := json.Unmarshal([]byte(budget(t, g, "poor")), &info); err != nil || info.Info.Spend != l.Cost {
		t.Errorf("%v %s", err, budget(t, g, "poor"))
	}
	refused, got := handshake(t, g, voice, nil, as("poor")...)
	if _, code, _ := openAIError(t, got); refused != nil || got.status != 429 || code != "insufficient_quota" {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestAKeyOfSomeModelsOpensNoSocketThatNamesItsModelsLater(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "keys:\n"+keyEntry("narrow", ", models: [text, voice]"), member{group: "text", resource: "a"}, member{group: "voice", kind: "realtime", resource: "a"}))
	for path, status := range map[string]int{voice: 101, "/v1/responses": 403, "/v1/responses?model=text": 403, "/v1/realtime?intent=transcription": 403} {
		c, got := handshake(t, g, path, nil, as("narrow")...)
		if got.status != status || (c == nil) != (status != 101) {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
}

// TestFramesPassWhileTheyAreRead: both ways at once, of every size, in any order.
func TestFramesPassWhileTheyAreRead(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "voice", kind: "realtime", resource: "a"}))
	c := talking(t, g, voice)
	const rounds = 40
	sent := make(chan error, 1)
	big := []byte(strings.Repeat(`{"type":"response.done","usage":{"input_tokens":1}}`, 20_000))
	go func() {
		var all error
		for i := range rounds {
			all = errors.Join(all, c.Write(t.Context(), websocket.MessageBinary, big[:len(big)>>(i%20)]),
				c.Write(t.Context(), websocket.MessageText, []byte(`{"type":"response.create"}`)))
		}
		sent <- all
	}()
	var want toldUsage
	for answers, echoes := 0, 0; answers < rounds || echoes < rounds; {
		kind, data := c.receive()
		if kind == websocket.MessageBinary {
			if string(data) != string(big[:len(big)>>(echoes%20)]) {
				t.Fatalf("echo %d is another one, of %d bytes", echoes, len(data))
			}
			echoes++
			continue
		}
		var e frame
		if err := json.Unmarshal(data, &e); err != nil {
			t.Fatal(err)
		}
		if e.Type == "response.done" {
			want.Input, want.Output = want.Input+e.Response.Usage.Input, want.Output+e.Response.Usage.Output
			answers++
		}
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
	c.bye()
	if l := c.line(g); l.Input != want.Input || l.Output != want.Output {
		t.Errorf("%+v, want %+v", l, want)
	}
}
