package e2e

import (
	"context"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// spans is a collector that keeps what it is sent.
type spans struct {
	*httptest.Server
	collector.UnimplementedTraceServiceServer
	mu   sync.Mutex
	all  []*trace.Span
	who  map[string]string // attributes of the resource
	keys []string          // what the senders showed
}

func newSpans(t *testing.T) *spans {
	s := &spans{who: make(map[string]string)}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var m collector.ExportTraceServiceRequest
		if err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(body, &m) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		s.take(&m, r.Header.Get("x-collector-key"))
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *spans) take(m *collector.ExportTraceServiceRequest, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = append(s.keys, key)
	for _, rs := range m.ResourceSpans {
		for _, a := range rs.Resource.Attributes {
			s.who[a.Key] = a.Value.GetStringValue()
		}
		for _, ss := range rs.ScopeSpans {
			s.all = append(s.all, ss.Spans...)
		}
	}
}

// Export is OTLP over gRPC.
func (s *spans) Export(ctx context.Context, m *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	shown, _ := metadata.FromIncomingContext(ctx)
	s.take(m, strings.Join(shown.Get("x-collector-key"), ","))
	return &collector.ExportTraceServiceResponse{}, nil
}

// of gives the spans of a trace.
func (s *spans) of(id string) []*trace.Span {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*trace.Span
	for _, span := range s.all {
		if hex.EncodeToString(span.TraceId) == id {
			found = append(found, span)
		}
	}
	return found
}

// tags are the attributes of a span.
func tags(s *trace.Span) map[string]string {
	m := make(map[string]string)
	for _, a := range s.Attributes {
		m[a.Key] = a.Value.GetStringValue()
	}
	return m
}

func TestSpansContinueTheClientsTraceToTheDeployment(t *testing.T) {
	t.Parallel()
	azure := fleet(t)
	sink := newSpans(t)
	g := startWith(t, groups(azure, "", member{group: "m", resource: "a"}, member{group: "m", resource: "b"}), []string{
		"OTEL_EXPORTER_OTLP_ENDPOINT=" + sink.URL, "OTEL_METRICS_EXPORTER=none", "OTEL_EXPORTER_OTLP_HEADERS=x-collector-key=a%20key",
		"OTEL_TRACES_SAMPLER=parentbased_always_off", "OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=test",
	})
	const (
		refused            = "2af7651916cd43dd8448eb211c80319c"
		sampled, unsampled = "0af7651916cd43dd8448eb211c80319c", "1af7651916cd43dd8448eb211c80319c"
		parent             = "b7ad6b7169203331"
		id                 = "7b674c1e-8a1f-4e3c-9d0e-000000000001"
	)
	azure.Script("a", "chat-a", fakeazure.Status(500))
	got := do(t, "POST", g.url+"/v1/chat/completions", asking("m", ""), "traceparent", "00-"+sampled+"-"+parent+"-01", "x-request-id", id)
	unseen := do(t, "POST", g.url+"/v1/chat/completions", asking("m", ""), "traceparent", "00-"+unsampled+"-"+parent+"-00")
	none := do(t, "POST", g.url+"/v1/chat/completions", asking("m", ""))
	// A browser's WebSocket has its key in the query.
	if wrong := do(t, "POST", g.url+"/v1/chat/completions?api-key="+clientKey, asking("nope", ""), "traceparent", "00-"+refused+"-"+parent+"-01"); wrong.status != 404 {
		t.Fatal(wrong)
	}
	if unseen.status != 200 || none.status != 200 || got.header.Get("x-request-id") != id {
		t.Fatalf("%d %d %d, id %s", got.status, unseen.status, none.status, got.header.Get("x-request-id"))
	}
	var root *trace.Span
	var attempts []*trace.Span
	eventually(t, "the spans are there", func() bool {
		root, attempts = nil, nil
		for _, s := range sink.of(sampled) {
			switch {
			case hex.EncodeToString(s.ParentSpanId) == parent:
				root = s
			case s.Name == "attempt":
				attempts = append(attempts, s)
			}
		}
		return root != nil && len(attempts) == 2 && len(sink.of(refused)) > 0
	})
	for name, want := range map[string]string{
		"gen_ai.provider.name": "azure.ai.openai", "gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "azproc.key": "master",
		"gen_ai.usage.input_tokens": "18", "gen_ai.usage.output_tokens": "14",
		"azproc.attempts": "2", "guid:x-request-id": id, "azproc.deployment": got.header.Get("x-azproc-deployment"),
	} {
		if want == "" || tags(root)[name] != want {
			t.Errorf("%s is %q, want %q", name, tags(root)[name], want)
		}
	}
	if root.Name != "POST chat/completions" {
		t.Errorf("the span's name is %q", root.Name)
	}
	sent := 0
	for _, r := range azure.Requests() {
		tp := r.Header.Get("traceparent")
		if !strings.HasPrefix(tp, "00-"+sampled) {
			continue
		}
		sent++
		if from := tp[36:52]; from != hex.EncodeToString(attempts[0].SpanId) && from != hex.EncodeToString(attempts[1].SpanId) {
			t.Errorf("the deployment got %s: the span of no attempt", tp)
		}
	}
	if sent != 2 {
		t.Errorf("%d requests have the client's trace", sent)
	}
	sink.mu.Lock()
	defer sink.mu.Unlock()
	for _, s := range sink.all {
		if id := hex.EncodeToString(s.TraceId); id != sampled && id != refused {
			t.Errorf("a span of a request that has none: %v", s)
		}
		for name, value := range tags(s) {
			if strings.Contains(value, clientKey) || strings.Contains(value, keyOf("a")) {
				t.Errorf("%s has a key: %s", name, value)
			}
		}
	}
	if sink.who["service.name"] != "azproc" || sink.who["deployment.environment.name"] != "test" || sink.keys[0] != "a key" {
		t.Errorf("sent by %v with %q", sink.who, sink.keys)
	}
}

func TestSpansGoByGRPCOfEveryRequestUnlessTheSamplerSaysOtherwise(t *testing.T) {
	t.Parallel()
	azure := fleet(t)
	sink := newSpans(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	collector.RegisterTraceServiceServer(server, sink)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(server.Stop)
	g := startWith(t, groups(azure, "", member{group: "m", resource: "a"}), []string{
		"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://" + l.Addr().String(), "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=grpc", "OTEL_EXPORTER_OTLP_HEADERS=x-collector-key=k",
		"OTEL_SERVICE_NAME=gateway",
	})
	const id = "not-a-uuid"
	if got := do(t, "POST", g.url+"/v1/chat/completions", asking("m", ""), "x-request-id", id); got.status != 200 || got.header.Get("x-request-id") != id {
		t.Fatalf("%d, id %s", got.status, got.header.Get("x-request-id"))
	}
	eventually(t, "the request has its span", func() bool {
		sink.mu.Lock()
		defer sink.mu.Unlock()
		for _, s := range sink.all {
			if s.Name == "POST chat/completions" && tags(s)["guid:x-request-id"] == id && len(s.ParentSpanId) == 0 {
				return true
			}
		}
		return false
	})
	sink.mu.Lock()
	defer sink.mu.Unlock()
	if sink.who["service.name"] != "gateway" || sink.keys[0] != "k" {
		t.Errorf("sent by %v with %q", sink.who, sink.keys)
	}
}
