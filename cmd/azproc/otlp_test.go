package main

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/azproc/azproc/envoy"
)

func TestAGatewaySendsItsLastMetricsWhenItStops(t *testing.T) {
	var sent atomic.Int32
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/metrics" {
			sent.Add(1)
		}
	}))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte("model_list: [{model_name: m, litellm_params: {model: azure/d, api_base: \"http://127.0.0.1:1/\", api_key: k}}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	g, err := newGateway(&settings{config: file, listen: "127.0.0.1:0"}, envoy.Options{Listen: "127.0.0.1:0", GRPC: "127.0.0.1:0"}, io.Discard, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	g.reload(t.Context())
	if n := sent.Load(); n != 0 {
		t.Errorf("%d exports before the end", n)
	}
	g.stop(t.Context())
	if n := sent.Load(); n != 1 {
		t.Errorf("%d exports, want one", n)
	}
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "carrier pigeon")
	if _, err := newGateway(&settings{config: file}, envoy.Options{}, io.Discard, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a protocol that is not spoken is taken")
	}
}
