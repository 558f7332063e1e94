package usage

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// scraped is what /metrics says.
func scraped(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

func TestRecordsAreCountedUnderTheNamesOfTheConventions(t *testing.T) {
	m, err := NewMetrics(nil)
	if err != nil {
		t.Fatal(err)
	}
	m.Ended(&Record{Operation: "chat/completions", Group: "gpt", Deployment: "gpt-a", Key: "team", Status: 200, Duration: 2 * time.Second, First: 100 * time.Millisecond, Tokens: Tokens{Input: 10, Output: 5}, Cost: 42_900_000, Priced: true})
	m.Ended(&Record{Operation: "responses", Group: "gpt", Deployment: "gpt-a", Key: "team", Status: 200, Tokens: Tokens{Input: 1}, Estimated: true})
	m.Ended(&Record{Operation: "embeddings", Group: "e", Status: 429, Key: "team"})
	m.Ended(&Record{Operation: "chat/completions", Group: "gpt", Deployment: "gpt-a", Status: 200, Left: true})
	m.Ended(&Record{Operation: "chat/completions", Group: "gpt", Deployment: "gpt-a", Status: 200, Error: "server_error"})
	text := scraped(t, m)
	for _, want := range []string{
		`gen_ai_client_token_usage_sum{gen_ai_operation_name="chat",gen_ai_provider_name="azure.ai.openai",gen_ai_request_model="gpt",gen_ai_token_type="input"} 11`,
		`gen_ai_client_token_usage_sum{gen_ai_operation_name="chat",gen_ai_provider_name="azure.ai.openai",gen_ai_request_model="gpt",gen_ai_token_type="output"} 5`,
		`gen_ai_client_operation_duration_seconds_sum{gen_ai_operation_name="chat",gen_ai_provider_name="azure.ai.openai",gen_ai_request_model="gpt"} 2`,
		`gen_ai_client_operation_duration_seconds_count{error_type="429",gen_ai_operation_name="embeddings",gen_ai_provider_name="azure.ai.openai",gen_ai_request_model="e"} 1`,
		`gen_ai_client_operation_duration_seconds_count{error_type="cancelled",gen_ai_operation_name="chat"`,
		`gen_ai_client_operation_duration_seconds_count{error_type="stream",gen_ai_operation_name="chat"`,
		`gen_ai_server_time_to_first_token_seconds_count{gen_ai_operation_name="chat",gen_ai_provider_name="azure.ai.openai",gen_ai_request_model="gpt"} 1`,
		`azproc_requests_total{deployment="gpt-a",key="team",model="gpt",operation="chat/completions",status="2xx"} 1`,
		`azproc_requests_total{deployment="",key="team",model="e",operation="embeddings",status="4xx"} 1`,
		`azproc_tokens_total{deployment="gpt-a",key="team",model="gpt",type="input"} 11`,
		`azproc_cost_microdollars_total{deployment="gpt-a",key="team",model="gpt"} 42`,
		`azproc_usage_estimated_total{deployment="gpt-a",key="team",model="gpt"} 1`,
		`azproc_cost_unknown_total{deployment="gpt-a",key="team",model="gpt"} 1`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("not there: %s", want)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

func BenchmarkMetricsEnded(b *testing.B) {
	m, err := NewMetrics(nil)
	if err != nil {
		b.Fatal(err)
	}
	r := Record{Operation: "chat/completions", Group: "gpt", Deployment: "gpt-a", Key: "team", Status: 200, Duration: time.Second, First: time.Second / 10, Tokens: Tokens{Input: 10, Output: 5}, Cost: 42_100_000, Priced: true}
	b.ReportAllocs()
	for b.Loop() {
		m.Ended(&r)
	}
}
