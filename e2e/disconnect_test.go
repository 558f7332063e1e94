package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// visitor is a client that leaves before it has its answer.
type visitor struct {
	t     *testing.T
	gone  context.CancelFunc
	body  *io.PipeWriter
	ended chan struct{}
}

// held is how much is reserved for those that visit, as the owners of the key held.
func (g *gateway) held() string {
	return gjson.Get(do(g.t, "GET", g.url+"/key/info", "", as("held")...).body, "info.budget_reserved").Raw
}

// visit begins a request. Of a body only as much is sent as send says: the rest
// never comes.
func (g *gateway) visit(t *testing.T, path, contentType, body string, send int) *visitor {
	t.Helper()
	return g.visitAs(t, clientKey, path, contentType, body, send)
}

// visitAs is visit by the owner of a key.
func (g *gateway) visitAs(t *testing.T, key, path, contentType, body string, send int) *visitor {
	t.Helper()
	ctx, gone := context.WithTimeout(t.Context(), patience)
	read, write := io.Pipe()
	v := &visitor{t, gone, write, make(chan struct{})}
	r, err := http.NewRequestWithContext(ctx, "POST", g.url+path, read)
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength = int64(len(body))
	r.Header.Set("authorization", "Bearer "+key)
	r.Header.Set("content-type", contentType)
	go func() {
		defer close(v.ended)
		// A connection of its own: what is left of it must not be another's.
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		resp, err := client.Do(r)
		if err != nil {
			return
		}
		defer resp.Body.Close()
		_, _ = io.Copy(io.Discard, resp.Body)
	}()
	go func() { _, _ = io.WriteString(write, body[:send]) }()
	t.Cleanup(v.leave)
	return v
}

// leave ends the client's connection.
func (v *visitor) leave() {
	v.gone()
	_ = v.body.CloseWithError(context.Canceled)
	<-v.ended
}

// pause stops the Go service as it stands, and gives what lets it go on.
func (g *gateway) pause(t *testing.T) (goOn func()) {
	t.Helper()
	signal := func(s syscall.Signal) {
		if err := g.cmd.Process.Signal(s); err != nil {
			t.Error(err)
		}
	}
	signal(syscall.SIGSTOP)
	t.Cleanup(func() { signal(syscall.SIGCONT) })
	return func() { signal(syscall.SIGCONT) }
}

// departure is one moment at which a client can leave.
type departure struct {
	name  string
	asked string // resources, in order
	felt  string // the last of them, which feels it; "" when none has the request
	// inHand is the deployment that has the request in hand before. kept is the one
	// whose reserved tokens stay counted after, until the minute is over: what was
	// used nobody knows, and Azure too goes on counting what it was asked for.
	inHand, kept string
	run          func(t *testing.T, d *departing)
}

// departing is what a departure needs.
type departing struct {
	*gateway
	azure *fakeazure.Server
	dir   string // of Envoy's socket, also while Go is stopped
	// reserved is what a chat will need by azproc's estimate: a quarter of its bytes,
	// and its limit.
	reserved int64
	// leave makes a visitor leave that is in hand, as the row says.
	leave func(v *visitor)
}

// chat begins a request for a chat completion, whole or half.
func (d *departing) chat(t *testing.T, whole bool, more string) *visitor {
	t.Helper()
	body := fmt.Sprintf(`{"model":"m","messages":[{"role":"user","content":"one two three"}],"max_tokens":100%s}`, more)
	d.reserved = int64(len(body)+3)/4 + 100
	send := len(body)
	if !whole {
		send /= 2
	}
	return d.visitAs(t, "sk-held", "/v1/chat/completions", "application/json", body, send)
}

var departures = []departure{
	{"while azproc decides", "", "", "", "", func(t *testing.T, d *departing) {
		before := d.stat("http.azproc.ext_proc.streams_started")
		goOn := d.pause(t)
		v := d.chat(t, true, "")
		eventually(t, "Envoy asks Go", func() bool { return d.stat("http.azproc.ext_proc.streams_started") > before })
		v.leave()
		eventually(t, "Envoy knows", func() bool { return d.stat("http.azproc.downstream_rq_active") == 0 })
		goOn()
	}},
	{"while its body is on the way", "", "", "", "", func(t *testing.T, d *departing) {
		before := d.stat("http.azproc.ext_proc.streams_started")
		v := d.chat(t, false, "")
		eventually(t, "Envoy asks Go", func() bool { return d.stat("http.azproc.ext_proc.streams_started") > before })
		d.leave(v)
	}},
	{"while the first hangs", "a", "a", "m-a", "m-a", func(t *testing.T, d *departing) {
		d.azure.Script("a", "chat-a", fakeazure.Stall())
		v := d.chat(t, true, "")
		d.arrived(t, 1)
		d.leave(v)
	}},
	{"between the first and the second", "a", "", "", "m-a", func(t *testing.T, d *departing) {
		gate := d.azure.Gate("a", "chat-a")
		d.azure.Script("a", "chat-a", fakeazure.Status(500))
		v := d.chat(t, true, "")
		d.arrived(t, 1)
		before := d.stat("cluster.m-b.ext_proc.streams_started")
		goOn := d.pause(t)
		gate.Open()
		eventually(t, "Envoy asks Go for the second", func() bool { return d.stat("cluster.m-b.ext_proc.streams_started") > before })
		v.leave()
		eventually(t, "Envoy knows", func() bool { return d.stat("http.azproc.downstream_rq_active") == 0 })
		goOn()
	}},
	{"while the second hangs", "a b", "b", "m-b", "m-b", func(t *testing.T, d *departing) {
		d.azure.Script("a", "chat-a", fakeazure.Status(500))
		d.azure.Script("b", "chat-b", fakeazure.Stall())
		v := d.chat(t, true, "")
		d.arrived(t, 2)
		d.leave(v)
	}},
	{"in a stream", "a", "a", "m-a", "m-a", func(t *testing.T, d *departing) {
		gate := d.azure.Gate("a", "chat-a")
		t.Cleanup(gate.Open)
		v := d.chat(t, true, `,"stream":true`)
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		upstream, err := gate.Stream(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := upstream.Next(ctx); err != nil {
				t.Fatal(err)
			}
		}
		d.leave(v)
	}},
	{"while its form is on the way to a deployment that the path names", "a", "a", "form-a", "", func(t *testing.T, d *departing) {
		body, contentType := form(t, "form")
		v := d.visitAs(t, "sk-held", "/openai/deployments/form/audio/transcriptions?api-version="+classic, contentType, body, len(body)/2)
		d.uploading(t)
		d.leave(v)
	}},
	{"while its form is on the way through azproc", "a", "a", "form-v1-a", "", func(t *testing.T, d *departing) {
		body, contentType := form(t, "unused", "model", "form-v1")
		v := d.visitAs(t, "sk-held", "/v1/audio/transcriptions", contentType, body, len(body)/2)
		d.uploading(t)
		d.leave(v)
	}},
	{"while its form has not said the model yet", "", "", "", "", func(t *testing.T, d *departing) {
		before := d.stat("http.azproc.ext_proc.stream_msgs_sent")
		body, contentType := form(t, "form-v1")
		v := d.visitAs(t, "sk-held", "/v1/audio/transcriptions", contentType, body, len(body)/2)
		eventually(t, "Go has the half", func() bool { return d.stat("http.azproc.ext_proc.stream_msgs_sent") > before+1 })
		d.leave(v)
	}},
}

// stat is one of Envoy's counters.
func (d *departing) stat(name string) int { return envoyStats(d.t, d.dir, name)[""] }

func (d *departing) arrived(t *testing.T, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := d.azure.WaitRequests(ctx, n); err != nil {
		t.Fatal(err)
	}
}

func (d *departing) uploading(t *testing.T) {
	t.Helper()
	select {
	case <-d.azure.Uploads():
	case <-time.After(patience):
		t.Fatal("nothing of the form has arrived")
	}
}

func TestAClientThatLeavesAtAnyMomentLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	azure := fleet(t)
	g := start(t, groups(azure, "router_settings: {disable_cooldowns: true}\nkeys:\n"+keyEntry("held", ", budget: 10000, period: 1d"),
		member{group: "m", resource: "a"}, member{group: "m", resource: "b"},
		member{group: "form", resource: "a", kind: "listen"}, member{group: "form", resource: "b", kind: "listen"},
		member{group: "form-v1", resource: "a", kind: "listen", more: ", api_version: v1"}, member{group: "form-v1", resource: "b", kind: "listen", more: ", api_version: v1"},
	))
	dir := g.envoyDir(t)
	for _, tt := range departures {
		t.Run(tt.name, func(t *testing.T) {
			azure.Reset()
			aMinuteAhead(t)
			before := g.deployments()
			d := &departing{gateway: g, azure: azure, dir: dir}
			d.leave = func(v *visitor) {
				for name, at := range g.deployments() {
					if (at.InFlight == 1) != (name == tt.inHand) {
						t.Errorf("before: %d in flight at %s", at.InFlight, name)
					}
				}
				if held := g.held(); (held != "0.00") != (tt.inHand != "") {
					t.Errorf("before: %s is reserved", held)
				}
				v.leave()
			}
			tt.run(t, d)
			if tt.felt != "" {
				select {
				case at := <-azure.Disconnects():
					if at.Resource != tt.felt {
						t.Errorf("%s has felt it, and not %s", at.Resource, tt.felt)
					}
				case <-time.After(patience):
					t.Error("no resource has felt it")
				}
			}
			g.settled()
			eventually(t, "nothing is reserved any more", func() bool { return g.held() == "0.00" })
			if got := asked(azure); got != tt.asked {
				t.Errorf("asked %q, want %q", got, tt.asked)
			}
			for name, now := range g.deployments() {
				want := before[name].Windows.Tokens.Used
				if name == tt.kept {
					want += d.reserved
				}
				if got := now.Windows.Tokens.Used; got != want {
					t.Errorf("%s: %d tokens are counted, want %d", name, got, want)
				}
			}
		})
	}
}
