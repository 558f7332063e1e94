package main

import (
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/envoy"
	"github.com/azproc/azproc/usage"
)

// kept keeps the records that it is told.
type kept []usage.Record

func (k *kept) Ended(r *usage.Record) { *k = append(*k, *r) }

func TestEveryEndedRequestIsOneRecord(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte(`
model_list:
- {model_name: "team-*", litellm_params: {model: azure/gpt-4o-*, api_base: "https://a.openai.azure.com", api_key: k}, model_info: {id: dep}}
- {model_name: other-group, litellm_params: {model: azure/x, api_base: "https://b.openai.azure.com", api_key: k}, model_info: {id: other-dep}}
- {model_name: mini, litellm_params: {model: azure/gpt-5-mini, api_base: "https://b.openai.azure.com", api_key: k}, model_info: {id: mini-dep}}
- {model_name: pictures, litellm_params: {model: azure/dall-e-3, api_base: "https://b.openai.azure.com", api_key: k}, model_info: {id: pictures-dep}}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	g, err := newGateway(&settings{config: file, listen: "127.0.0.1:0"}, envoy.Options{Listen: "127.0.0.1:0", GRPC: "127.0.0.1:0"}, io.Discard, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer g.stop(t.Context())
	g.reload(t.Context())
	all := g.table.Load().Deployments
	cluster, other, mini, pictures := all[0].Cluster, all[1].Cluster, all[2].Cluster, all[3].Cluster
	const usageWindow = `"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}`
	began := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		entry envoy.Entry
		want  usage.Record
	}{
		"one that was told": {
			envoy.Entry{Cluster: cluster, Status: 200, Began: began, Duration: time.Second, Begun: time.Millisecond, Attempts: 2, Request: "r", Operation: "chat/completions", Model: "team-x", Key: "k", Stream: true, Usage: [2]string{usageWindow}},
			usage.Record{Time: began, Duration: time.Second, First: time.Millisecond, Request: "r", Operation: "chat/completions", Model: "team-x", Group: "team-*", Deployment: "dep", Key: "k", Status: 200, Stream: true, Attempts: 2, Tokens: usage.Tokens{Input: 10, Output: 5}},
		},
		"a fallback": {
			envoy.Entry{Cluster: other, Status: 200, Operation: "chat/completions", Model: "team-x", Usage: [2]string{usageWindow}},
			usage.Record{Operation: "chat/completions", Model: "team-x", Group: "team-*", Deployment: "other-dep", Status: 200, Tokens: usage.Tokens{Input: 10, Output: 5}},
		},
		"a stream that broke off is estimated": {
			envoy.Entry{Cluster: cluster, Status: 200, Operation: "chat/completions", Model: "team-x", Stream: true, Received: 400, Sent: 2500},
			usage.Record{Operation: "chat/completions", Model: "team-x", Group: "team-*", Deployment: "dep", Status: 200, Stream: true, Tokens: usage.Tokens{Input: 100, Output: 10}, Estimated: true},
		},
		"an answer that names its model": {
			envoy.Entry{Cluster: cluster, Status: 200, Operation: "chat/completions", Model: "team-y", Usage: [2]string{usageWindow}, Answered: "gpt-4o-2024-11-20"},
			usage.Record{Operation: "chat/completions", Model: "team-y", Group: "team-*", Deployment: "dep", Status: 200, Tokens: usage.Tokens{Input: 10, Output: 5}, Cost: 75_000_000, Priced: true},
		},
		"a tier that was asked for": {
			envoy.Entry{Cluster: mini, Status: 200, Operation: "chat/completions", Model: "mini", Usage: [2]string{usageWindow}, Terms: azure.Terms{Tier: "priority"}},
			usage.Record{Operation: "chat/completions", Model: "mini", Group: "mini", Deployment: "mini-dep", Status: 200, Tokens: usage.Tokens{Input: 10, Output: 5}, Tier: "priority", Cost: 22_500_000, Priced: true},
		},
		"and was not given": {
			envoy.Entry{Cluster: mini, Status: 200, Operation: "chat/completions", Model: "mini", Usage: [2]string{usageWindow}, Terms: azure.Terms{Tier: "priority"}, Tier: "default"},
			usage.Record{Operation: "chat/completions", Model: "mini", Group: "mini", Deployment: "mini-dep", Status: 200, Tokens: usage.Tokens{Input: 10, Output: 5}, Cost: 12_500_000, Priced: true},
		},
		"a tier without a price": {
			envoy.Entry{Cluster: mini, Status: 200, Operation: "chat/completions", Model: "mini", Usage: [2]string{usageWindow}, Tier: "flex"},
			usage.Record{Operation: "chat/completions", Model: "mini", Group: "mini", Deployment: "mini-dep", Status: 200, Tokens: usage.Tokens{Input: 10, Output: 5}, Tier: "flex", Cost: 12_500_000},
		},
		"images": {
			envoy.Entry{Cluster: pictures, Status: 200, Operation: "images/generations", Model: "pictures", Terms: azure.Terms{Images: 1, Width: 1024, Height: 1792, Quality: "hd"}},
			usage.Record{Operation: "images/generations", Model: "pictures", Group: "pictures", Deployment: "pictures-dep", Status: 200, Tokens: usage.Tokens{Images: 1}, Cost: 132_000_015_974, Priced: true},
		},
		"images that were refused": {
			envoy.Entry{Cluster: pictures, Status: 400, Operation: "images/generations", Model: "pictures", Terms: azure.Terms{Images: 1}},
			usage.Record{Operation: "images/generations", Model: "pictures", Group: "pictures", Deployment: "pictures-dep", Status: 400},
		},
		"what costs no tokens is not": {
			envoy.Entry{Cluster: cluster, Status: 200, Operation: "files", Received: 400, Sent: 2500},
			usage.Record{Operation: "files", Deployment: "dep", Status: 200},
		},
		"to look at a batch costs nothing": {
			envoy.Entry{Cluster: cluster, Status: 200, Operation: "batches", Usage: [2]string{usageWindow}},
			usage.Record{Operation: "batches", Deployment: "dep", Status: 200},
		},
		"an error of Azure's": {
			envoy.Entry{Cluster: cluster, Status: 429, Operation: "chat/completions", Model: "team-x", Received: 400, Error: `{"error":{"code":"RateLimitReached","message":"..."}}`},
			usage.Record{Operation: "chat/completions", Model: "team-x", Group: "team-*", Deployment: "dep", Status: 429, Error: "RateLimitReached"},
		},
		"an error inside a stream": {
			envoy.Entry{Cluster: cluster, Status: 200, Operation: "chat/completions", Model: "team-x", Usage: [2]string{usageWindow}, Error: `"error":{"message":"m","type":"server_error","code":null}}`},
			usage.Record{Operation: "chat/completions", Model: "team-x", Group: "team-*", Deployment: "dep", Status: 200, Tokens: usage.Tokens{Input: 10, Output: 5}, Error: "server_error"},
		},
		"an error that is no JSON": {
			envoy.Entry{Cluster: cluster, Status: 502, Operation: "chat/completions", Model: "other", Error: `<html>`},
			usage.Record{Operation: "chat/completions", Model: "other", Deployment: "dep", Status: 502, Error: "error"},
		},
		"a refusal of azproc's": {
			envoy.Entry{Status: 404, Operation: "chat/completions", Model: "nope", Details: "azproc_model_not_found", Received: 400},
			usage.Record{Operation: "chat/completions", Model: "nope", Status: 404, Error: "model_not_found"},
		},
		"an answer of azproc's": {
			envoy.Entry{Status: 200, Details: "azproc_models"},
			usage.Record{Status: 200},
		},
		"a client that left": {
			envoy.Entry{Cluster: cluster, Flags: envoy.FlagDownstreamEnded, Operation: "chat/completions", Model: "team-x"},
			usage.Record{Operation: "chat/completions", Model: "team-x", Group: "team-*", Deployment: "dep", Left: true},
		},
	} {
		var got kept
		ledger{g.fleet, g.metrics, &got, g.table.Load, g.quota}.Ended(&tt.entry)
		if diff := cmp.Diff(kept{tt.want}, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
	w := httptest.NewRecorder()
	g.metrics.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	lines := regexp.MustCompile("(?m)^azproc_fallbacks.*").FindAllString(w.Body.String(), -1)
	if diff := cmp.Diff([]string{`azproc_fallbacks_total{model="team-*",to="other-group"} 1`}, lines); diff != "" {
		t.Error(diff)
	}
}
