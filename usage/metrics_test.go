package usage

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// scrape gives what Prometheus would read.
func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

func TestMetricsSayWhichConfigurationServes(t *testing.T) {
	m, err := NewMetrics(func() map[string]bool { return map[string]bool{"one": true, "two": false} })
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close(t.Context())
	m.ConfigLoaded(3, 2, 1)
	text := scrape(t, m)
	for _, line := range []string{
		"azproc_config_last_load_good 1", "azproc_config_deployments 3", "azproc_config_warnings 2", "azproc_config_refusals 1",
		`azproc_config_loads_total{result="good"} 1`, `azproc_credential_ready{credential="one"} 1`, `azproc_credential_ready{credential="two"} 0`,
	} {
		if !strings.Contains(text, line) {
			t.Errorf("no %q", line)
		}
	}
	m.ConfigRefused(0, 4)
	m.StreamPanicked()
	m.RequestRefused(404, "model_not_found")
	m.EnvoyRestarted()
	m.ListLacks("files", "https://a")
	text = scrape(t, m)
	for _, line := range []string{
		"azproc_config_last_load_good 0", "azproc_config_deployments 3", "azproc_config_refusals 4", `azproc_config_loads_total{result="bad"} 1`,
		"azproc_stream_panics_total 1", `azproc_refused_requests_total{code="model_not_found",status="404"} 1`, "azproc_envoy_restarts_total 1",
		`azproc_incomplete_lists_total{collection="files",resource="https://a"} 1`, "go_goroutines", "process_resident_memory_bytes",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("no %q", line)
		}
	}
}
