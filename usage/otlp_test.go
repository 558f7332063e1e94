package usage

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// receiver takes what comes by OTLP.
type receiver struct {
	collector.UnimplementedMetricsServiceServer
	mu    sync.Mutex
	names []string // of metrics
	who   []string // attributes of resources
}

func (r *receiver) take(m *collector.ExportMetricsServiceRequest) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rm := range m.ResourceMetrics {
		for _, a := range rm.Resource.Attributes {
			r.who = append(r.who, a.Key+"="+a.Value.GetStringValue())
		}
		for _, sm := range rm.ScopeMetrics {
			for _, one := range sm.Metrics {
				r.names = append(r.names, one.Name)
			}
		}
	}
}

// ServeHTTP is OTLP over HTTP.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	var m collector.ExportMetricsServiceRequest
	if err != nil || req.URL.Path != "/v1/metrics" || proto.Unmarshal(body, &m) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.take(&m)
	w.Header().Set("content-type", "application/x-protobuf")
}

// Export is OTLP over gRPC.
func (r *receiver) Export(_ context.Context, m *collector.ExportMetricsServiceRequest) (*collector.ExportMetricsServiceResponse, error) {
	r.take(m)
	return &collector.ExportMetricsServiceResponse{}, nil
}

func TestMetricsGoByOTLPWhenTheyEnd(t *testing.T) {
	for _, protocol := range []string{"http/protobuf", "grpc"} {
		t.Run(protocol, func(t *testing.T) {
			var r receiver
			url := ""
			if protocol == "grpc" {
				l, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				s := grpc.NewServer()
				collector.RegisterMetricsServiceServer(s, &r)
				go func() { _ = s.Serve(l) }()
				defer s.Stop()
				url = "http://" + l.Addr().String()
			} else {
				s := httptest.NewServer(&r)
				defer s.Close()
				url = s.URL
			}
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
			t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
			t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
			name := "azproc"
			if protocol == "grpc" { // another name is taken too
				name = "gateway"
				t.Setenv("OTEL_SERVICE_NAME", name)
			}
			options, err := OTLP(t.Context(), "v1.2.3", os.Getenv)
			if err != nil {
				t.Fatal(err)
			}
			m, err := NewMetrics(nil, options...)
			if err != nil {
				t.Fatal(err)
			}
			m.Ended(&Record{Operation: "chat/completions", Group: "g", Status: 200, Tokens: Tokens{Input: 1}})
			if err := m.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			for _, want := range []string{"gen_ai.client.token.usage", "azproc_requests", "azproc_config_deployments"} {
				if !slices.Contains(r.names, want) {
					t.Errorf("no %s in %v", want, r.names)
				}
			}
			for _, want := range []string{"service.name=" + name, "service.version=v1.2.3", "deployment.environment.name=test"} {
				if !slices.Contains(r.who, want) {
					t.Errorf("no %s in %v", want, r.who)
				}
			}
		})
	}
}

func TestOTLPIsOffUnlessAnEndpointIsSet(t *testing.T) {
	const endpoint = "http://127.0.0.1:1"
	for name, tt := range map[string]struct {
		env  map[string]string
		on   bool
		fail string
	}{
		"nothing set":                   {},
		"an endpoint":                   {env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}, on: true},
		"an endpoint of metrics":        {env: map[string]string{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": endpoint}, on: true},
		"an endpoint of traces alone":   {env: map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": endpoint}},
		"metrics are not wanted":        {env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_METRICS_EXPORTER": "none"}},
		"OpenTelemetry is off":          {env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_SDK_DISABLED": "true"}},
		"a protocol that is not spoken": {env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"}, fail: "http/json"},
	} {
		t.Run(name, func(t *testing.T) {
			options, err := OTLP(t.Context(), "v", func(name string) string { return tt.env[name] })
			if (err != nil) != (tt.fail != "") || err != nil && !strings.Contains(err.Error(), tt.fail) {
				t.Errorf("error %v, want %q", err, tt.fail)
			}
			if (options != nil) != tt.on {
				t.Errorf("on: %v, want %v", options != nil, tt.on)
			}
		})
	}
}
