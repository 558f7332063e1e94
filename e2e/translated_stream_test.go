package e2e

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// streamers are deployments whose streams Go translates event by event, as a group
// each: by its name, the kind and more parameters.
var streamers = map[string]struct{ kind, more string }{
	"claude":      {"claude", ""},
	"gpt-5-codex": {"gpt-5-codex", ""},
	"instruct":    {"instruct", ""},
	"normal":      {"chat", ", normalize_stream: true"},
}

// replayed are those whose stream is made of one answer.
var replayed = map[string]struct{ kind, more string }{
	"o1":     {"o1", ""},
	"o3-pro": {"o3-pro", ""},
	"faked":  {"claude", ", fake_stream: true"},
}

// newStreamers starts a gateway with a group for each, all of one resource or each of
// one of its own, where there are enough.
func newStreamers(t *testing.T, settings string, all ...map[string]struct{ kind, more string }) (*fakeazure.Server, *gateway) {
	t.Helper()
	azure := fleet(t)
	var members []member
	for _, some := range all {
		for group, s := range some {
			members = append(members, member{group: group, resource: "a", kind: s.kind, more: s.more})
		}
	}
	return azure, start(t, groups(azure, settings, members...))
}

// alphabet are words that stand nowhere else in an answer.
const alphabet = "alfa bravo charlie foxtrot golf hotel juliett kilo lima mike quebec zulu"

// asking is a streamed chat of some words.
func asking(model string, more ...string) string {
	return fmt.Sprintf(`{"model":%q,"stream":true,"messages":[{"role":"user","content":%q}]%s}`, model, alphabet, strings.Join(more, ""))
}

// texts collects the text of a stream as it comes.
type texts struct {
	mu    sync.Mutex
	all   strings.Builder
	more  chan struct{} // has a value when there is more
	ended chan error    // why the stream is over
}

// follow reads a stream of chat completions.
func follow(body io.Reader) *texts {
	x := &texts{more: make(chan struct{}, 1), ended: make(chan error, 1)}
	go func() {
		lines := bufio.NewReader(body)
		for {
			line, err := lines.ReadString('\n')
			x.mu.Lock()
			x.all.WriteString(line)
			x.mu.Unlock()
			select {
			case x.more <- struct{}{}:
			default:
			}
			if err != nil {
				x.ended <- err
				return
			}
		}
	}()
	return x
}

func (x *texts) String() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.all.String()
}

// await waits until the stream has said something.
func (x *texts) await(ctx context.Context, word string) error {
	for !strings.Contains(x.String(), word) {
		select {
		case <-x.more:
		case <-ctx.Done():
			return fmt.Errorf("%q has not come: %s", word, x)
		}
	}
	return nil
}

func TestEachTranslatedEventReachesTheClientBeforeTheNextIsSent(t *testing.T) {
	t.Parallel()
	azure, g := newStreamers(t, "", streamers)
	for group, s := range streamers {
		t.Run(group, func(t *testing.T) {
			gate := azure.Gate("a", s.kind+"-a")
			defer gate.Open()
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			client := follow(stream(ctx, t, g, asking(group)).Body)
			upstream, err := gate.Stream(ctx)
			if err != nil {
				t.Fatal(err)
			}
			words := strings.Fields(alphabet)
			for seen := 0; ; {
				sent, err := upstream.Next(ctx)
				if errors.Is(err, io.EOF) {
					if seen != len(words) {
						t.Errorf("only %d of the words were sent: %s", seen, client)
					}
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				// Azure has sent one event, and sends no other before the client has what it says.
				for seen < len(words) && strings.Contains(string(sent), words[seen]) {
					if err := client.await(ctx, words[seen]); err != nil {
						t.Fatal(err)
					}
					seen++
				}
			}
			if err := <-client.ended; !errors.Is(err, io.EOF) || !strings.HasSuffix(client.String(), "data: [DONE]\n\n") {
				t.Errorf("%v: %s", err, client)
			}
		})
	}
	g.settled()
}

func TestAClientThatLeavesATranslatedStreamIsFeltUpstream(t *testing.T) {
	t.Parallel()
	azure, g := newStreamers(t, "", streamers, replayed)
	all := maps.Clone(streamers)
	maps.Copy(all, replayed)
	for group, s := range all {
		t.Run(group, func(t *testing.T) {
			gate := azure.Gate("a", s.kind+"-a")
			defer gate.Open()
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			v := g.visit(t, "/v1/chat/completions", "application/json", asking(group), len(asking(group)))
			upstream, err := gate.Stream(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if _, made := replayed[group]; !made {
				for range 3 {
					if _, err := upstream.Next(ctx); err != nil {
						t.Fatal(err)
					}
				}
			}
			v.leave()
			select {
			case <-upstream.Disconnected():
			case <-ctx.Done():
				t.Fatal("the model goes on for a client that has left")
			}
		})
	}
	g.settled()
	for name, d := range g.deployments() {
		if d.Failed != 0 || d.Cooldown != nil {
			t.Errorf("%s is blamed: %+v", name, d)
		}
	}
}

// breaking is a stream of a group that is about to break off.
type breaking struct {
	group  string
	gate   *fakeazure.Gate
	resp   *http.Response
	client *texts
}

// beginToBreak begins a stream and stops the model where the next of its events, the one
// of that number, is the last before it breaks off.
func beginToBreak(ctx context.Context, t *testing.T, azure *fakeazure.Server, g *gateway, group string, last int) breaking {
	t.Helper()
	gate := azure.Gate("a", streamers[group].kind+"-a")
	t.Cleanup(gate.Open)
	resp := stream(ctx, t, g, asking(group))
	b := breaking{group, gate, resp, follow(resp.Body)}
	upstream, err := gate.Stream(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for range last - 1 {
		if _, err := upstream.Next(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.client.await(ctx, `"content":"said: "`); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestATranslatedStreamThatFailsHasNoGoodEnd(t *testing.T) {
	t.Parallel()
	azure, g := newStreamers(t, "router_settings: {allowed_fails: 100}", streamers)
	const cut = 10 // events, in all of which there is text by then, and no end
	for name, tt := range map[string]struct {
		fault fakeazure.Fault
		code  string // of the event that the client gets; "" is that or a connection that ends badly
	}{
		"reset":     {fakeazure.ResetAfter(cut), ""},
		"truncated": {fakeazure.TruncateAfter(cut), ""},
		"an error":  {fakeazure.ErrorEventAfter(cut), "server_error"},
	} {
		t.Run(name, func(t *testing.T) {
			// All at once, for Envoy takes a second to end a connection that breaks off.
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			before := g.deployments()
			var begun []breaking
			for group, s := range streamers {
				azure.Script("a", s.kind+"-a", tt.fault)
				begun = append(begun, beginToBreak(ctx, t, azure, g, group, cut))
			}
			for _, b := range begun {
				b.gate.Open()
			}
			for _, b := range begun {
				err := <-b.client.ended
				switch s := read(t, answer{b.resp.StatusCode, b.resp.Header, b.client.String()}); {
				case s.done:
					t.Errorf("%s ends well: %s", b.group, b.client)
				case tt.code != "" && (s.failed != tt.code || !errors.Is(err, io.EOF)):
					t.Errorf("%s: %q, %v: %s", b.group, s.failed, err, b.client)
				case tt.code == "" && s.failed == "" && errors.Is(err, io.EOF):
					t.Errorf("%s: nobody says that it broke off: %s", b.group, b.client)
				}
				eventually(t, "it counts against the deployment", func() bool { return g.deployments()[b.group+"-a"].Failed == before[b.group+"-a"].Failed+1 })
			}
		})
	}
	g.settled()
}

// TestAStreamThatEndsBeforeItsAnswerDoesSaysSo: the connection ends as it should, and
// the model's stream does not.
func TestAStreamThatEndsBeforeItsAnswerDoesSaysSo(t *testing.T) {
	t.Parallel()
	azure, g := newStreamers(t, "router_settings: {allowed_fails: 100}", streamers)
	for group, half := range map[string]string{
		"claude": "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}}\n\n" +
			"event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"half\"}}\n\n",
		"gpt-5-codex": "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"content_index\":0,\"delta\":\"half\"}\n\n",
		"instruct":    "data: {\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"text\":\"half\",\"finish_reason\":null}]}\n\n",
	} {
		azure.Script("a", streamers[group].kind+"-a", fakeazure.Raw(200, "text/event-stream", []byte(half)))
		got := do(t, "POST", g.url+"/v1/chat/completions", asking(group))
		if s := read(t, got); got.status != 200 || s.text != "half" || s.failed != "stream_interrupted" || s.done {
			t.Errorf("%s: %+v: %s", group, s, got.body)
		}
		eventually(t, "it counts against the deployment", func() bool { return g.deployments()[group+"-a"].Failed == 1 })
	}
}

func TestARefusalInsideATranslatedStreamIsNotTheDeploymentsFault(t *testing.T) {
	t.Parallel()
	azure, g := newStreamers(t, "", streamers)
	const often = 4 // failures in a row that would cool it down
	for group, s := range streamers {
		for n := range often {
			more := ""
			if group == "claude" { // which refuses in the answer
				more = "[[filter-answer]]"
			} else {
				azure.Script("a", s.kind+"-a", fakeazure.FilteredEventAfter(2))
			}
			got := do(t, "POST", g.url+"/v1/chat/completions", strings.Replace(asking(group), "alfa", "alfa "+more, 1))
			if !strings.Contains(got.body, `"content_filter"`) || got.status != 200 {
				t.Errorf("%s: %d %s", group, got.status, got.body)
			}
			eventually(t, "it is told", func() bool { return g.deployments()[group+"-a"].Served == int64(n+1) })
		}
		if d := g.deployments()[group+"-a"]; d.Failed != 0 || d.Cooldown != nil {
			t.Errorf("%s: %+v", group, d)
		}
	}
}

func TestTranslatedStreamsAreTheSameHoweverTheirBytesAreCut(t *testing.T) {
	t.Parallel()
	azure := fleet(t)
	var members []member
	for group, s := range streamers {
		for cut, n := range map[string]int{"whole": 0, "bytes": 1, "sevens": 7} {
			members = append(members, member{group: group + "-" + cut, resource: "a", kind: s.kind, more: s.more + fmt.Sprintf(", extra_body: {fakeazure: {split: %d}}", n)})
		}
	}
	g := start(t, groups(azure, "", members...))
	for group := range streamers {
		t.Run(group, func(t *testing.T) {
			const more = `,"stream_options":{"include_usage":true}`
			whole := read(t, do(t, "POST", g.url+"/v1/chat/completions", asking(group+"-whole", more)))
			if !whole.done || !strings.Contains(whole.text, alphabet) || whole.usage == "" || whole.chunks < 4 {
				t.Fatalf("%+v", whole)
			}
			for _, cut := range []string{"-bytes", "-sevens"} {
				if got := read(t, do(t, "POST", g.url+"/v1/chat/completions", asking(group+cut, more))); fmt.Sprint(got) != fmt.Sprint(whole) {
					t.Errorf("%s\n%+v\nwant\n%+v", cut, got, whole)
				}
			}
		})
	}
}
