package extproc

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/quota"
	"github.com/azproc/azproc/routing"
)

// script plays Envoy: it sends its messages in order and keeps what comes back.
type script struct {
	t       *testing.T
	ctx     context.Context
	send    []proto.Message
	answers []*extprocv3.ProcessingResponse
}

func (s *script) RecvMsg(v any) error {
	if len(s.send) == 0 {
		return io.EOF
	}
	next := s.send[0]
	s.send = s.send[1:]
	wire, err := proto.Marshal(next)
	if err != nil {
		return err
	}
	return v.(*message).ReadWire(split(wire, 4096))
}

func (s *script) SendMsg(v any) error {
	s.answers = append(s.answers, decode(s.t, *v.(*answer)))
	return nil
}

func (s *script) Context() context.Context     { return s.ctx }
func (s *script) SetHeader(metadata.MD) error  { return nil }
func (s *script) SendHeader(metadata.MD) error { return nil }
func (s *script) SetTrailer(metadata.MD)       {}

var _ grpc.ServerStream = (*script)(nil)

// credential is a key that is there, or an error.
type credential struct{ err error }

func (c credential) Header() (string, string, error) { return "api-key", "azure-key", c.err }
func (c credential) Ready() error                    { return c.err }
func (c credential) Wait(context.Context) error      { return nil }
func (c credential) Name() string                    { return "key" }

type keys struct{ want string }

func (k keys) Find(authorization, apiKey, xAPIKey string) (*quota.Key, error) {
	for _, got := range []string{strings.TrimPrefix(authorization, "Bearer "), apiKey, xAPIKey} {
		if got == k.want {
			return &quota.Key{}, nil
		}
	}
	return nil, errors.New("wrong key")
}

// observed counts what the server told its observer.
type observed struct {
	panics  int
	large   int
	refused []*azure.Error
	batches []string
	decided []time.Duration
}

func (o *observed) StreamPanicked()         { o.panics++ }
func (o *observed) Refused(e *azure.Error)  { o.refused = append(o.refused, e) }
func (o *observed) Decided(d time.Duration) { o.decided = append(o.decided, d) }

func (o *observed) NotRepeatable() { o.large++ }

func (o *observed) BatchRead(resource, key string, batch []byte) {
	o.batches = append(o.batches, strings.TrimSpace(key+" "+resource)+" "+string(batch))
}

// fleetObserver is nobody.
type fleetObserver struct{}

func (fleetObserver) CooledDown(string, azure.Fault) {}
func (fleetObserver) StoreFailed(error)              {}

const testFile = `
model_list:
  - model_name: chat
    litellm_params: {model: azure/gpt-4o-prod, api_base: "https://a.openai.azure.com", api_version: "2024-10-21", api_key: k}
  - model_name: chat-v1
    litellm_params: {model: azure/gpt-4o-v1, api_base: "https://a.openai.azure.com", api_key: k}
  - model_name: o3
    litellm_params: {model: azure/o3-mini, api_base: "https://a.openai.azure.com", api_version: "2024-10-21", api_key: k}
`

// newServer makes a server for the test file, with a caller's key of sk-client.
func newServer(t testing.TB, cred error) (*Server, *observed) {
	t.Helper()
	return newServerOf(t, testFile, cred)
}

// newServerOf is newServer with another file.
func newServerOf(t testing.TB, file string, cred error) (*Server, *observed) {
	t.Helper()
	snap, report := config.Parse("test.yaml", []byte(file), config.Options{Getenv: func(string) (string, bool) { return "", false }})
	if snap == nil {
		t.Fatal(report.Diagnostics)
	}
	seen := &observed{}
	s := New(Options{Log: slog.New(slog.DiscardHandler), Observer: seen, SpoolDir: t.TempDir()})
	table := routing.New(snap, func(config.Credential) routing.Credential { return credential{cred} }, routing.NewFleet(fleetObserver{}, nil), nil)
	s.Use(table, keys{"sk-client"})
	return s, seen
}

func newBenchServer(b *testing.B) *Server {
	b.Helper()
	s, _ := newServer(b, nil)
	return s
}

// play runs one stream to its end.
func play(t *testing.T, s *Server, send ...proto.Message) ([]*extprocv3.ProcessingResponse, error) {
	t.Helper()
	w := &script{t: t, ctx: t.Context(), send: send}
	err := s.serve(w)
	return w.answers, err
}

func post(path, contentType string) *extprocv3.ProcessingRequest {
	return headersRequest(false, ":method", "POST", ":path", path, "content-type", contentType, "authorization", "Bearer sk-client")
}

// headersOf gives the headers that an answer sets.
func headersOf(r *extprocv3.CommonResponse) map[string]string {
	m := make(map[string]string)
	for _, h := range r.GetHeaderMutation().GetSetHeaders() {
		m[h.Header.Key] = string(h.Header.RawValue)
	}
	return m
}

func TestJSONRequestTakesTwoMessagesEachWay(t *testing.T) {
	s, _ := newServer(t, nil)
	body := `{"model":"chat","messages":[]}`
	answers, err := play(t, s, post("/v1/chat/completions", "application/json"), bodyRequest([]byte(body), true))
	if err != nil || len(answers) != 2 {
		t.Fatalf("%d answers, error %v", len(answers), err)
	}
	if answers[0].GetModeOverride() == nil || answers[0].GetRequestHeaders() == nil {
		t.Errorf("first answer: %v", answers[0])
	}
	common := answers[1].GetRequestBody().GetResponse()
	want := map[string]string{
		":path":           "/openai/deployments/gpt-4o-prod/chat/completions?api-version=2024-10-21",
		"api-key":         "azure-key",
		"accept-encoding": "identity",
	}
	if d := cmp.Diff(want, headersOf(common)); d != "" {
		t.Error(d)
	}
	if common.GetBodyMutation() != nil {
		t.Error("a classic deployment URL ignores the body's model: the body must not be sent again")
	}
	if answers[1].GetDynamicMetadata().GetFields()[PlanNamespace] == nil || !common.ClearRouteCache {
		t.Error("no plan")
	}
}

func TestModelInTheBodyIsRewrittenOnTheV1Surface(t *testing.T) {
	s, _ := newServer(t, nil)
	answers, err := play(t, s, post("/v1/chat/completions", "application/json"), bodyRequest([]byte(`{"model": "chat-v1", "n":1.0}`), true))
	if err != nil || len(answers) != 2 {
		t.Fatalf("%d answers, error %v", len(answers), err)
	}
	common := answers[1].GetRequestBody().GetResponse()
	got := string(common.GetBodyMutation().GetBody())
	if want := `{"model": "gpt-4o-v1", "n":1.0}`; got != want {
		t.Errorf("body %s, want %s", got, want)
	}
	h := headersOf(common)
	if h["content-length"] != "31" || h[":path"] != "/openai/v1/chat/completions" {
		t.Error(h)
	}
}

func TestRequestsThatCannotBeServedAreAnsweredAtOnce(t *testing.T) {
	for _, tt := range []struct {
		name string
		send []proto.Message
		want int32
		code string
	}{
		{"unknown path", []proto.Message{headersRequest(true, ":method", "GET", ":path", "/nope", "api-key", "sk-client")}, 404, "unknown_url"},
		{"wrong method", []proto.Message{headersRequest(true, ":method", "GET", ":path", "/v1/chat/completions", "api-key", "sk-client")}, 405, ""},
		{"no key", []proto.Message{headersRequest(true, ":method", "GET", ":path", "/v1/models")}, 401, "invalid_api_key"},
		{"no key on an unknown path", []proto.Message{headersRequest(true, ":method", "GET", ":path", "/nope")}, 401, "invalid_api_key"},
		{"wrong content type", []proto.Message{post("/v1/chat/completions", "text/plain")}, 400, "invalid_content_type"},
		{"body too large by its length", []proto.Message{headersRequest(false, ":method", "POST", ":path", "/v1/chat/completions", "content-type", "application/json", "content-length", "99999999", "api-key", "sk-client")}, 413, "request_too_large"},
		{"body too large by its bytes", []proto.Message{post("/v1/chat/completions", "application/json"), bodyRequest(append([]byte(`{"model":"chat"}`), make([]byte, 33<<20)...), true)}, 413, "request_too_large"},
		{"no body", []proto.Message{headersRequest(true, ":method", "POST", ":path", "/v1/chat/completions", "content-type", "application/json", "api-key", "sk-client")}, 400, "invalid_json"},
		{"bad JSON", []proto.Message{post("/v1/chat/completions", "application/json"), bodyRequest([]byte(`{"model":}`), true)}, 400, ""},
		{"missing model", []proto.Message{post("/v1/chat/completions", "application/json"), bodyRequest([]byte(`{}`), true)}, 400, "missing_required_parameter"},
		{"unknown model", []proto.Message{post("/v1/chat/completions", "application/json"), bodyRequest([]byte(`{"model":"x"}`), true)}, 404, "model_not_found"},
		{"parameter the family refuses", []proto.Message{post("/v1/chat/completions", "application/json"), bodyRequest([]byte(`{"model":"o3","top_p":0.5}`), true)}, 400, "unsupported_parameter"},
		{"form without a boundary", []proto.Message{post("/v1/audio/transcriptions", "multipart/form-data")}, 400, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, seen := newServer(t, nil)
			answers, err := play(t, s, tt.send...)
			if err != nil {
				t.Fatal(err)
			}
			last := answers[len(answers)-1].GetImmediateResponse()
			if last == nil || int32(last.Status.Code) != tt.want {
				t.Fatalf("answer %v, want status %d", answers[len(answers)-1], tt.want)
			}
			if len(seen.refused) != 1 || (tt.code != "" && seen.refused[0].Code != tt.code) {
				t.Errorf("observed %v, want one with code %q", seen.refused, tt.code)
			}
		})
	}
}

func TestNoValidCredentialIs503AndNamesNoSecret(t *testing.T) {
	s, _ := newServer(t, errors.New("AADSTS7000215 for client 1234"))
	answers, err := play(t, s, post("/v1/chat/completions", "application/json"), bodyRequest([]byte(`{"model":"chat"}`), true))
	if err != nil {
		t.Fatal(err)
	}
	r := answers[1].GetImmediateResponse()
	if r == nil || r.Status.Code != 503 || strings.Contains(string(r.Body), "1234") {
		t.Errorf("answer %v", answers[1])
	}
}

func TestModelsAreAnsweredFromTheSnapshot(t *testing.T) {
	s, _ := newServer(t, nil)
	for path, want := range map[string]int32{"/v1/models": 200, "/models": 200, "/openai/v1/models/chat": 200, "/v1/models/other": 404} {
		answers, err := play(t, s, headersRequest(true, ":method", "GET", ":path", path, "x-api-key", "sk-client"))
		if err != nil || len(answers) != 1 {
			t.Fatalf("%s: %d answers, error %v", path, len(answers), err)
		}
		if got := int32(answers[0].GetImmediateResponse().GetStatus().GetCode()); got != want {
			t.Errorf("%s: status %d, want %d", path, got, want)
		}
	}
}

func TestAStreamThatEndsBeforeItsBodyIsNotAnError(t *testing.T) {
	s, seen := newServer(t, nil)
	if _, err := play(t, s, post("/v1/chat/completions", "application/json")); err != nil {
		t.Errorf("client left between headers and body: %v", err)
	}
	if seen.panics != 0 {
		t.Error("it panicked")
	}
}

func TestMessagesOutOfOrderFailTheStreamAndNothingElse(t *testing.T) {
	s, seen := newServer(t, nil)
	for _, send := range [][]proto.Message{
		{bodyRequest([]byte("{}"), true)},
		{post("/v1/chat/completions", "application/json"), post("/v1/chat/completions", "application/json")},
		{&extprocv3.ProcessingRequest{}},
	} {
		if _, err := play(t, s, send...); err == nil {
			t.Error("no error: Envoy would pass the request on unprocessed")
		}
	}
	if seen.panics != 0 {
		t.Error("it panicked")
	}
}

func TestAPanicEndsItsOwnStreamAndIsCounted(t *testing.T) {
	s, seen := newServer(t, nil)
	s.current.Load().keys = nil
	if _, err := play(t, s, headersRequest(true, ":method", "GET", ":path", "/v1/models")); err == nil {
		t.Error("no error")
	}
	if seen.panics != 1 {
		t.Errorf("%d panics counted, want 1", seen.panics)
	}
}

func TestWithoutAConfigurationNothingIsServed(t *testing.T) {
	s := New(Options{Log: slog.New(slog.DiscardHandler), Observer: &observed{}})
	if _, err := play(t, s, headersRequest(true, ":method", "GET", ":path", "/v1/models")); err == nil {
		t.Error("no error: Envoy would pass the request on unprocessed")
	}
}
