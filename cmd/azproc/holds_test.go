package main

import (
	"testing"
	"time"

	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/envoy"
	"github.com/azproc/azproc/quota"
)

type nobody struct{}

func (nobody) StoreFailed(error) {}

func TestWhatAKeyReservedIsSettledByWhatEnvoyTells(t *testing.T) {
	g := gatewayOf(t, "model_list:\n"+entryOf("m", "azure/gpt-4o", ""))
	cluster := g.table.Load().Deployments[0].Cluster
	key := &config.Key{Name: "k", TPM: 1_000_000, Budget: 1_000_000, Period: config.Period{Length: 24 * time.Hour}}
	const usageWindow = `"usage":{"prompt_tokens":10,"completion_tokens":5}`
	began := time.Date(2026, 11, 25, 12, 0, 30, 0, time.UTC)
	served := func(e *envoy.Entry) { e.Cluster, e.Status, e.Attempts = cluster, 200, 1 }
	for _, tt := range []struct {
		name          string
		change        func(e *envoy.Entry, hold string)
		tokens, spent int64 // that are used then
	}{
		{"it is served", func(e *envoy.Entry, hold string) {
			served(e)
			e.Hold, e.Operation, e.Model, e.Usage[0] = hold, "chat/completions", "m", usageWindow
		}, 15, 60},
		{"the client leaves before anybody is asked", func(e *envoy.Entry, hold string) {
			e.Hold, e.Operation, e.Model, e.Flags = hold, "chat/completions", "m", envoy.FlagDownstreamEnded
		}, 0, 0},
		{"the answer was lost on its way", func(e *envoy.Entry, _ string) { e.Flags = envoy.FlagDownstreamEnded }, 0, 0},
		{"Envoy waited no longer for it", func(e *envoy.Entry, _ string) { e.Status = 504 }, 0, 0},
		{"it is another request", func(e *envoy.Entry, _ string) { e.Request, e.Flags = "another", envoy.FlagDownstreamEnded }, 1000, 900},
		{"something was asked", func(e *envoy.Entry, _ string) { e.Attempts, e.Flags = 1, envoy.FlagDownstreamEnded }, 1000, 900},
		{"it is told of as a request that reserves nothing", func(e *envoy.Entry, _ string) { e.Operation, e.Status = "models", 200 }, 1000, 900},
		{"a stream with a large image breaks off", func(e *envoy.Entry, hold string) {
			served(e)
			e.Hold, e.Operation, e.Model, e.Stream, e.Received, e.Sent = hold, "chat/completions", "m", true, 4_000_000, 250
		}, 1_000_001, 900},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g.quota = quota.NewBooks(nobody{}, func() time.Time { return began })
			l := ledger{g.fleet, g.metrics, g.books(), g.table.Load, g.quota}
			g.quota.Begin("r")
			grant, err := g.quota.Reserve(t.Context(), &quota.Ask{Key: key, Requests: 1, Tokens: 1000, Cost: 900})
			if err != nil {
				t.Fatal(err)
			}
			g.quota.Give("r", grant.Hold)
			g.quota.End("r")
			e := envoy.Entry{Request: "r", Began: began, Duration: time.Millisecond}
			tt.change(&e, string(grant.Hold.Append(nil)))
			l.Ended(&e)
			if v := g.quota.View(t.Context(), key); v.Tokens.Used != tt.tokens || v.Budget.Used != tt.spent {
				t.Errorf("%d tokens and %d micro-dollars are used, want %d and %d", v.Tokens.Used, v.Budget.Used, tt.tokens, tt.spent)
			}
		})
	}
}
