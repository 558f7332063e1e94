package main

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/envoy"
	"github.com/azproc/azproc/routing"
)

func TestAWaitIsCountedFromTheAnswerThatAskedForIt(t *testing.T) {
	began := time.Unix(1_700_000_000, 0)
	const text = "Please retry after 10 seconds."
	for _, tt := range []struct {
		name  string
		entry envoy.Entry
		told  time.Duration // after the request began
		want  time.Duration
	}{
		{"told at once", envoy.Entry{Began: began, FirstByte: time.Second, Error: text}, time.Second, 10 * time.Second},
		{"told later", envoy.Entry{Began: began, FirstByte: time.Second, Error: text}, 1300 * time.Millisecond, 9700 * time.Millisecond},
		{"told when it is over", envoy.Entry{Began: began, FirstByte: time.Second, Error: text}, time.Minute, time.Millisecond},
		{"of an unknown moment", envoy.Entry{Began: began, Error: text}, time.Second, 10 * time.Second},
		{"nothing asked for", envoy.Entry{Began: began, FirstByte: time.Second, Error: "no"}, time.Second, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := wait(&tt.entry, began.Add(tt.told)); got != tt.want {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}

// TestTheTextOfThe429ThatEndsARequestProlongsTheCooldown: what a failed attempt's text
// says is not known when the attempt is told.
func TestTheTextOfThe429ThatEndsARequestProlongsTheCooldown(t *testing.T) {
	const text = `{"error":{"code":"429","message":"Please retry after 40 seconds."}}`
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte(`model_list:
- {model_name: m, litellm_params: {model: azure/d, api_base: "http://127.0.0.1:1/", api_key: k}}
- {model_name: other, litellm_params: {model: azure/e, api_base: "http://127.0.0.1:1/", api_key: k}}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		change  func(e *envoy.Entry, other string)
		fault   string
		seconds float64 // of the cool-down; 0 is none
	}{
		{"a 429", func(*envoy.Entry, string) {}, "throttled", 40},
		{"a 429 without a wait", func(e *envoy.Entry, _ string) { e.Error = "no room" }, "throttled", 5},
		{"the client left meanwhile", func(e *envoy.Entry, _ string) { e.Flags = envoy.FlagDownstreamEnded }, "throttled", 40},
		{"at another deployment than the claim's", func(e *envoy.Entry, other string) { e.Cluster = other }, "throttled", 5},
		{"without a claim", func(e *envoy.Entry, _ string) { e.Claim = "" }, "throttled", 5},
		{"a later request is served", func(e *envoy.Entry, _ string) { e.Status, e.Error, e.Began = 200, "", e.Began.Add(time.Minute) }, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g, err := newGateway(&settings{config: file, listen: "127.0.0.1:0"}, envoy.Options{Listen: "127.0.0.1:0", GRPC: "127.0.0.1:0"}, io.Discard, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			defer g.stop(t.Context())
			g.reload(t.Context())
			table := g.table.Load()
			p, bad := table.Plan(t.Context(), &routing.Request{Model: "m", Op: azure.OpChat})
			if bad != nil {
				t.Fatal(bad)
			}
			l := ledger{g.fleet, g.metrics, g.books(), g.table.Load, g.quota}
			began := time.Now()
			e := envoy.Entry{Cluster: p.Deployment.Cluster, Status: 429, Began: began, FirstByte: time.Millisecond}
			l.Attempted(&e)
			e.Claim, e.Error, e.Attempts = string(p.Claim.Append(nil)), text, 1
			tt.change(&e, table.Deployments[1].Cluster)
			l.Ended(&e)
			for _, s := range table.States() {
				fault, least := tt.fault, tt.seconds
				if s.Deployment.Name != p.Deployment.Name {
					fault, least = "", 0
				}
				left := s.CoolUntil.Sub(began).Seconds()
				if s.Fault != fault || fault != "" && (left < least-1 || left > least+4) {
					t.Errorf("%s cools down for %q, %v seconds (%s)", s.Deployment.Name, s.Fault, left, s.Why)
				}
			}
		})
	}
}
