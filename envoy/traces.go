package envoy

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/azproc/azproc/azure"
)

// Traces says where spans go, and of which requests there are any. It is decided when
// Envoy starts: the listener does not change while it runs.
type Traces struct {
	// Collector is the host, URL where spans are posted; of gRPC only the host counts.
	Collector azure.Endpoint
	URL       string
	GRPC      bool
	// Headers go with every message to the collector: its keys, perhaps.
	Headers []azure.Header
	// Service is who the spans are of.
	Service string
	// Parent says that a client that sends a traceparent decides by it, and Ratio the
	// share of the other requests, in millionths.
	Parent bool
	Ratio  uint32
}

// wholeRatio is every request.
const wholeRatio = 1_000_000

// TracesFrom reads the variables of OpenTelemetry's specification
// (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER, ...); nil is that nobody wants
// spans.
func TracesFrom(getenv func(string) string) (*Traces, error) {
	of := func(name string) string {
		if value := getenv("OTEL_EXPORTER_OTLP_TRACES_" + name); value != "" {
			return value
		}
		return getenv("OTEL_EXPORTER_OTLP_" + name)
	}
	endpoint := of("ENDPOINT")
	if endpoint == "" || getenv("OTEL_TRACES_EXPORTER") == "none" || getenv("OTEL_SDK_DISABLED") == "true" {
		return nil, nil //nolint:nilnil // see above
	}
	t := &Traces{Service: "azproc", URL: endpoint}
	if name := getenv("OTEL_SERVICE_NAME"); name != "" {
		t.Service = name
	}
	var err error
	if t.Collector, err = azure.ParseEndpoint(azure.ProviderOpenAI, endpoint); err != nil {
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_ENDPOINT: %w", err)
	}
	switch protocol := of("PROTOCOL"); protocol {
	case "grpc":
		t.GRPC = true
	case "", "http/protobuf":
		if getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" { // the other one is a root
			t.URL = strings.TrimSuffix(endpoint, "/") + "/v1/traces"
		}
	default:
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_PROTOCOL is %q: want http/protobuf or grpc", protocol)
	}
	for pair := range strings.SplitSeq(of("HEADERS"), ",") {
		name, value, ok := strings.Cut(pair, "=")
		if name = strings.ToLower(strings.TrimSpace(name)); !ok || name == "" {
			continue
		}
		if decoded, err := url.PathUnescape(strings.TrimSpace(value)); err == nil {
			t.Headers = append(t.Headers, azure.Header{Name: name, Value: decoded})
		}
	}
	return t, t.sample(getenv("OTEL_TRACES_SAMPLER"), getenv("OTEL_TRACES_SAMPLER_ARG"))
}

// sample reads which requests have spans.
func (t *Traces) sample(sampler, arg string) error {
	sampler, t.Parent = strings.CutPrefix(sampler, "parentbased_")
	switch sampler {
	case "":
		t.Parent, t.Ratio = true, wholeRatio
	case "always_on":
		t.Ratio = wholeRatio
	case "always_off":
	case "traceidratio":
		t.Ratio = wholeRatio
		if arg == "" {
			break
		}
		ratio, err := strconv.ParseFloat(arg, 64)
		if err != nil || !(ratio >= 0 && ratio <= 1) {
			return fmt.Errorf("OTEL_TRACES_SAMPLER_ARG is %q: want a number from 0 to 1", arg)
		}
		t.Ratio = uint32(ratio * wholeRatio)
	default:
		return fmt.Errorf("OTEL_TRACES_SAMPLER ends in %q: want always_on, always_off or traceidratio, with or without parentbased_ before it", sampler)
	}
	return nil
}

// collectorView is what the template of the collector's cluster sees.
type collectorView struct {
	Type, Host, Authority, CAFile, SANType string
	Port                                   int
	TLS, GRPC                              bool
}

// collector is the view of the collector's cluster.
func (o *Options) collector() collectorView {
	e := &o.Traces.Collector
	v := collectorView{
		Type: discovery(e.Host), Host: e.Host, Authority: e.Authority(), Port: e.Port, CAFile: roots(o.CAFile), SANType: "DNS",
		TLS: e.Scheme == "https", GRPC: o.Traces.GRPC,
	}
	if v.Host == "localhost" {
		v.Type, v.Host = "STATIC", "127.0.0.1"
	}
	if discovery(e.Host) == "STATIC" {
		v.SANType = "IP_ADDRESS"
	}
	return v
}
