package envoy

import (
	"strings"
	"testing"

	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	"github.com/google/go-cmp/cmp"

	"github.com/azproc/azproc/azure"
)

func TestSpansAreReadFromTheVariablesOfOpenTelemetry(t *testing.T) {
	host := azure.Endpoint{Provider: azure.ProviderOpenAI, Scheme: "http", Host: "c", Port: 4318}
	for name, tt := range map[string]struct {
		env  string
		want *Traces
		fail string
	}{
		"nothing":                  {"", nil, ""},
		"metrics alone":            {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://c:4318", nil, ""},
		"no traces":                {"OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 OTEL_TRACES_EXPORTER=none", nil, ""},
		"OpenTelemetry is off":     {"OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 OTEL_SDK_DISABLED=true", nil, ""},
		"an endpoint of all":       {"OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318", &Traces{Collector: host, URL: "http://c:4318/v1/traces", Service: "azproc", Parent: true, Ratio: 1_000_000}, ""},
		"an endpoint of traces":    {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://c:4318/x", &Traces{Collector: azure.Endpoint{Provider: azure.ProviderOpenAI, Scheme: "http", Host: "c", Port: 4318, Prefix: "/x"}, URL: "http://c:4318/x", Service: "azproc", Parent: true, Ratio: 1_000_000}, ""},
		"gRPC, headers and name":   {"OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 OTEL_EXPORTER_OTLP_PROTOCOL=grpc OTEL_EXPORTER_OTLP_HEADERS=A=b%20c,d=,bad OTEL_SERVICE_NAME=s", &Traces{Collector: host, URL: "http://c:4318", GRPC: true, Service: "s", Parent: true, Ratio: 1_000_000, Headers: []azure.Header{{Name: "a", Value: "b c"}, {Name: "d"}}}, ""},
		"a ratio":                  {"OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 OTEL_TRACES_SAMPLER=traceidratio OTEL_TRACES_SAMPLER_ARG=0.25", &Traces{Collector: host, URL: "http://c:4318/v1/traces", Service: "azproc", Ratio: 250_000}, ""},
		"a ratio without a parent": {"OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 OTEL_TRACES_SAMPLER=parentbased_traceidratio OTEL_TRACES_SAMPLER_ARG=0", &Traces{Collector: host, URL: "http://c:4318/v1/traces", Service: "azproc", Parent: true}, ""},
		"a bad ratio":              {"OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 OTEL_TRACES_SAMPLER=traceidratio OTEL_TRACES_SAMPLER_ARG=2", nil, "from 0 to 1"},
		"NaN":                      {"OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 OTEL_TRACES_SAMPLER=traceidratio OTEL_TRACES_SAMPLER_ARG=NaN", nil, "from 0 to 1"},
		"an unknown sampler":       {"OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 OTEL_TRACES_SAMPLER=jaeger_remote", nil, "jaeger_remote"},
		"an unknown protocol":      {"OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 OTEL_EXPORTER_OTLP_PROTOCOL=http/json", nil, "http/json"},
		"no URL":                   {"OTEL_EXPORTER_OTLP_ENDPOINT=c:4318", nil, "OTEL_EXPORTER_OTLP_ENDPOINT"},
	} {
		t.Run(name, func(t *testing.T) {
			env := make(map[string]string)
			for pair := range strings.FieldsSeq(tt.env) {
				k, v, _ := strings.Cut(pair, "=")
				env[k] = v
			}
			got, err := TracesFrom(func(name string) string { return env[name] })
			if tt.fail != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fail) {
					t.Errorf("error %v, want %q", err, tt.fail)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestTheCollectorIsAClusterOfItsOwnAndTheRequestIDStays(t *testing.T) {
	for name, tt := range map[string]struct{ url, more string }{
		"plain":               {"http://127.0.0.1:4318", ""},
		"TLS, with a percent": {"https://collector.example", `x="100%"`},
		"gRPC with headers":   {"grpc", "x=y"},
		"gRPC without":        {"grpc", ""},
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": tt.url, "OTEL_EXPORTER_OTLP_HEADERS": tt.more}
			if tt.url == "grpc" {
				env["OTEL_EXPORTER_OTLP_ENDPOINT"], env["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http://localhost:4317", "grpc"
			}
			o := options
			var err error
			if o.Traces, err = TracesFrom(func(name string) string { return env[name] }); err != nil {
				t.Fatal(err)
			}
			s := snapshot(t, "https://a.openai.azure.com")
			r, err := Resources(s, o)
			if err != nil {
				t.Fatal(err)
			}
			var m hcmv3.HttpConnectionManager
			if err := r.listener.FilterChains[0].Filters[0].GetTypedConfig().UnmarshalTo(&m); err != nil {
				t.Fatal(err)
			}
			if m.Tracing == nil || m.RequestIdExtension == nil {
				t.Error("no spans")
			}
			n := 0
			for _, c := range r.clusters {
				if c.Name == "collector" {
					n++
				}
				if tls := c.Name == "collector" && c.TransportSocket != nil; tls != (c.Name == "collector" && strings.HasPrefix(tt.url, "https")) {
					t.Error("TLS, or none, against the URL")
				}
			}
			if n != 1 {
				t.Errorf("%d clusters of the collector", n)
			}
			if file, err := Static(s, o); err != nil || !strings.Contains(string(file), "name: collector") {
				t.Errorf("static: %v\n%s", err, file)
			}
		})
	}
	if m := manager(t); m.Tracing != nil || m.RequestIdExtension != nil {
		t.Error("spans although nobody wants any")
	}
}
