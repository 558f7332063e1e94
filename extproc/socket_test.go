package extproc

import (
	"strings"
	"testing"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/azproc/azproc/routing"
)

const socketFile = `
model_list:
  - model_name: voice
    litellm_params: {model: azure/voice-a, api_base: "https://a.openai.azure.com", api_key: k, order: 1}
    model_info: {mode: realtime}
  - model_name: voice
    litellm_params: {model: azure/voice-b, api_base: "http://b", api_key: k, order: 2, realtime_protocol: GA}
    model_info: {mode: realtime}
  - model_name: same
    litellm_params: {model: azure/one, api_base: "https://a.openai.azure.com", api_key: k, order: 1}
  - model_name: same
    litellm_params: {model: azure/other, api_base: "http://b", api_key: k, order: 2}
  - model_name: same
    litellm_params: {model: azure/one, api_base: "http://c", api_key: k, order: 3}
`

// upgrade is the headers of a request for a WebSocket; Envoy does not end them.
func upgrade(path string, more ...string) *extprocv3.ProcessingRequest {
	return headersRequest(false, append([]string{":method", "GET", ":path", path, "upgrade", "WebSocket"}, more...)...)
}

// planOf are the clusters of an answer's plan, in order.
func planOf(r *extprocv3.ProcessingResponse) string {
	var names []string
	for _, g := range r.GetDynamicMetadata().GetFields()[PlanNamespace].GetStructValue().GetFields()["priority_groups"].GetListValue().GetValues() {
		name, _, _ := strings.Cut(g.GetStructValue().GetFields()["name"].GetStringValue(), "~")
		if strings.HasSuffix(g.GetStructValue().GetFields()["name"].GetStringValue(), "#ws") {
			name += "#ws"
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

func TestAWebSocketIsDecidedByItsHeadersAlone(t *testing.T) {
	const bearer = "Bearer sk-client"
	for _, tt := range []struct {
		name, path string
		header     []string
		want       string // :path upstream
		plan       string
	}{
		{"GA", "/v1/realtime?model=voice", []string{"authorization", bearer}, "/openai/v1/realtime?model=voice-a", "voice-a#ws voice-b"},
		{"the preview by header", "/v1/realtime?model=voice", []string{"api-key", "sk-client", "openai-beta", "realtime=v1"}, "/openai/realtime?api-version=2025-04-01-preview&deployment=voice-a", "voice-a#ws voice-b"},
		{"the preview by path", "/openai/realtime?api-version=2024-10-01-preview&deployment=voice", []string{"x-api-key", "sk-client"}, "/openai/realtime?api-version=2024-10-01-preview&deployment=voice-a", "voice-a#ws voice-b"},
		{"the model by header", "/v1/realtime", []string{"authorization", bearer, "x-litellm-model", "voice"}, "/openai/v1/realtime?model=voice-a", "voice-a#ws voice-b"},
		{"no model for a transcription", "/v1/realtime?intent=transcription", []string{"authorization", bearer}, "/openai/v1/realtime?intent=transcription", "voice-a#ws"},
		{"at the resource of one", "/v1/realtime?intent=transcription", []string{"authorization", bearer, "x-litellm-model", "voice"}, "/openai/v1/realtime?intent=transcription", "voice-a#ws"},
		{"responses at the default", "/v1/responses", []string{"authorization", bearer}, "/openai/v1/responses", "voice-a#ws"},
		{"responses with a model go on to its namesakes", "/openai/v1/responses?model=same", []string{"authorization", bearer}, "/openai/v1/responses", "one@a#ws one@c"},
		{"passed on", "/azure/openai/realtime?deployment=voice&api-version=1", []string{"authorization", bearer}, "/openai/realtime?deployment=voice-a&api-version=1", "voice-a#ws voice-b"},
		{"passed on with a name that is none", "/azure/openai/realtime?deployment=else&api-version=1", []string{"authorization", bearer}, "/openai/realtime?deployment=else&api-version=1", "voice-a#ws"},
		{"the key in the query", "/v1/realtime?api-key=sk-client&model=voice", nil, "/openai/v1/realtime?model=voice-a", "voice-a#ws voice-b"},
		{"a token in the query", "/v1/realtime?model=voice&Authorization=Bearer%20sk-client", nil, "/openai/v1/realtime?model=voice-a", "voice-a#ws voice-b"},
		{"the key in a sub-protocol", "/v1/realtime?model=voice", []string{"sec-websocket-protocol", "realtime", "sec-websocket-protocol", "openai-insecure-api-key.sk-client"}, "/openai/v1/realtime?model=voice-a", "voice-a#ws voice-b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := newServerOf(t, socketFile, nil)
			answers, err := play(t, s, upgrade(tt.path, tt.header...))
			if err != nil || len(answers) != 1 || answers[0].GetModeOverride() != nil {
				t.Fatalf("%v, error %v", answers, err)
			}
			common := answers[0].GetRequestHeaders().GetResponse()
			h := headersOf(common)
			if h[":path"] != tt.want || h["api-key"] != "azure-key" {
				t.Errorf("%v; want %s", h, tt.want)
			}
			if got := planOf(answers[0]); got != tt.plan {
				t.Errorf("plan %q, want %q", got, tt.plan)
			}
			if text := answers[0].String(); strings.Contains(text, "sk-client") {
				t.Errorf("the client's key is in %s", text)
			}
			if n := inFlight(s); n != 1 {
				t.Errorf("%d in flight", n)
			}
		})
	}
}

func TestAWebSocketThatCannotBeServedIsAnsweredAtOnce(t *testing.T) {
	for _, tt := range []struct {
		name   string
		send   *extprocv3.ProcessingRequest
		status int32
		code   string
	}{
		{"no key", upgrade("/v1/realtime?model=voice"), 401, "invalid_api_key"},
		{"a wrong key in the query", upgrade("/v1/realtime?model=voice&api-key=sk-other"), 401, "invalid_api_key"},
		{"an ephemeral key is not the gateway's", upgrade("/v1/realtime?model=voice", "sec-websocket-protocol", "realtime, openai-insecure-api-key.ek_1"), 401, "invalid_api_key"},
		{"a model that is none", upgrade("/v1/realtime?model=nope", "api-key", "sk-client"), 404, "model_not_found"},
		{"a model of responses that is none", upgrade("/v1/responses?model=nope", "api-key", "sk-client"), 404, "model_not_found"},
		{"no model", upgrade("/v1/realtime", "api-key", "sk-client"), 400, "missing_required_parameter"},
		{"nothing there", upgrade("/v1/chat/completions", "api-key", "sk-client"), 404, "unknown_url"},
		{"another method", headersRequest(false, ":method", "POST", ":path", "/v1/realtime?model=voice", "upgrade", "websocket", "api-key", "sk-client"), 405, "method_not_allowed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, seen := newServerOf(t, socketFile, nil)
			answers, err := play(t, s, tt.send)
			if err != nil || len(answers) != 1 || int32(answers[0].GetImmediateResponse().GetStatus().GetCode()) != tt.status {
				t.Fatalf("%v, error %v", answers, err)
			}
			if len(seen.refused) != 1 || seen.refused[0].Code != tt.code {
				t.Errorf("refused with %v", seen.refused)
			}
		})
	}
}

// later is the first message of a later attempt, at the deployment of a group with
// the given order.
func later(t *testing.T, s *Server, at string, first *extprocv3.ProcessingResponse, more ...string) *extprocv3.ProcessingRequest {
	t.Helper()
	m := upgrade(headersOf(first.GetRequestHeaders().GetResponse())[":path"], more...)
	attributes, err := structpb.NewStruct(map[string]any{"xds.cluster_name": s.current.Load().table.Named(at).SocketCluster()})
	if err != nil {
		t.Fatal(err)
	}
	m.Attributes = map[string]*structpb.Struct{extProcName: attributes}
	m.MetadataContext = metadataContext(first)
	return m
}

func TestALaterAttemptOfAWebSocketAsksForNoBody(t *testing.T) {
	for _, tt := range []struct {
		name, path string
		beta       string
		order      [2]string // the deployments, as they are asked
		want       string
		removed    bool // the header OpenAI-Beta
	}{
		{"GA", "/v1/realtime?model=voice&x=1", "", [2]string{"voice-a", "voice-b"}, "/openai/v1/realtime?model=voice-b&x=1", false},
		{"GA by the configuration", "/v1/realtime?model=voice", "realtime=v1", [2]string{"voice-a", "voice-b"}, "/openai/v1/realtime?model=voice-b", true},
		{"the preview where the header is gone", "/v1/realtime?model=voice", "realtime=v1", [2]string{"voice-b", "voice-a"}, "/openai/realtime?api-version=2025-04-01-preview&deployment=voice-a", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := socketFile
			if tt.order[0] == "voice-b" {
				file = strings.Replace(file, "api_key: k, order: 1}\n    model_info: {mode: realtime}", "api_key: k, order: 3}\n    model_info: {mode: realtime}", 1)
			}
			s, _ := newServerOf(t, file, nil)
			header := []string{"authorization", "Bearer sk-client"}
			if tt.beta != "" {
				header = append(header, "openai-beta", tt.beta)
			}
			first, err := play(t, s, upgrade(tt.path, header...))
			if err != nil || len(first) != 1 || !strings.HasPrefix(planOf(first[0]), tt.order[0]) {
				t.Fatalf("%v, error %v", first, err)
			}
			var now []string // as the first attempt has left the headers
			if tt.beta != "" && tt.order[0] == "voice-a" {
				now = []string{"openai-beta", tt.beta}
			}
			answers, err := play(t, s, later(t, s, tt.order[1], first[0], now...))
			if err != nil || len(answers) != 1 || answers[0].GetModeOverride() != nil {
				t.Fatalf("%v, error %v", answers, err)
			}
			common := answers[0].GetRequestHeaders().GetResponse()
			if got := headersOf(common)[":path"]; got != tt.want {
				t.Errorf("asked at %s, want %s", got, tt.want)
			}
			removed := false
			for _, name := range common.GetHeaderMutation().GetRemoveHeaders() {
				removed = removed || name == "openai-beta"
			}
			if removed != tt.removed {
				t.Errorf("OpenAI-Beta is removed: %t", removed)
			}
			if n := inFlight(s); n != 1 {
				t.Errorf("%d in flight", n)
			}
			claim, ok := routing.ParseClaim(answers[0].GetDynamicMetadata().GetFields()[Namespace].GetStructValue().GetFields()[FieldClaim].GetStringValue())
			if want := s.current.Load().table.Named(tt.order[1]).Cluster; !ok || claim.ID != want {
				t.Errorf("the claim is of %s, want %s", claim.ID, want)
			}
		})
	}
}

func TestAWebSocketCountsAsOneRequest(t *testing.T) {
	s, seen := newServerOf(t, `
model_list:
  - model_name: voice
    litellm_params: {model: azure/voice-a, api_base: "https://a.openai.azure.com", api_key: k, rpm: 2}
`, nil)
	var got []int32
	for range 3 {
		answers, err := play(t, s, upgrade("/v1/realtime?model=voice", "api-key", "sk-client"))
		if err != nil || len(answers) != 1 {
			t.Fatalf("%v, error %v", answers, err)
		}
		got = append(got, int32(answers[0].GetImmediateResponse().GetStatus().GetCode()))
	}
	if d := cmp.Diff([]int32{0, 0, 429}, got); d != "" {
		t.Errorf("%s: %v", d, seen.refused)
	}
}

func TestAnEphemeralKeyNeedsTheGatewaysBesideItAndGoesUpstream(t *testing.T) {
	call := func(pairs ...string) *extprocv3.ProcessingRequest {
		return headersRequest(false, append([]string{":method", "POST", ":path", "/v1/realtime/calls?model=voice", "content-type", "application/sdp"}, pairs...)...)
	}
	for _, tt := range []struct {
		name          string
		send          *extprocv3.ProcessingRequest
		status        int32 // 0: it goes upstream
		authorization string
	}{
		{"alone", call("authorization", "Bearer ek_1"), 401, ""},
		{"with a wrong key", call("authorization", "Bearer ek_1", "api-key", "sk-other"), 401, ""},
		{"with api-key", call("authorization", "Bearer ek_1", "api-key", "sk-client"), 0, "Bearer ek_1"},
		{"with x-api-key", call("authorization", "Bearer ek_1", "x-api-key", "sk-client"), 0, "Bearer ek_1"},
		{"the gateway's own key is replaced", call("authorization", "Bearer sk-client"), 0, ""},
		{"any other token beside it goes nowhere", call("authorization", "Bearer sk-other", "api-key", "sk-client"), 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := newServerOf(t, socketFile, nil)
			answers, err := play(t, s, tt.send)
			if err != nil || len(answers) == 0 {
				t.Fatalf("%v, error %v", answers, err)
			}
			if got := int32(answers[0].GetImmediateResponse().GetStatus().GetCode()); got != tt.status {
				t.Fatalf("status %d, want %d", got, tt.status)
			} else if got != 0 {
				return
			}
			common := answers[0].GetRequestHeaders().GetResponse()
			h := headersOf(common)
			removed := strings.Join(common.GetHeaderMutation().GetRemoveHeaders(), " ")
			want, gone := map[string]string{"api-key": "azure-key"}, "authorization x-api-key"
			if tt.authorization != "" {
				want, gone = map[string]string{"authorization": tt.authorization}, "api-key x-api-key"
			}
			want[":path"], want["accept-encoding"] = "/openai/v1/realtime/calls?model=voice-a", "identity"
			if d := cmp.Diff(want, h); d != "" || removed != gone {
				t.Errorf("%s; removed: %s", d, removed)
			}
		})
	}
}

func TestASessionsModelIsMappedWhereItStands(t *testing.T) {
	for _, tt := range []struct{ path, body, want, at string }{
		{"/v1/realtime/client_secrets", `{"session": {"type":"realtime", "model" : "voice"}}`, `{"session": {"type":"realtime", "model" : "voice-a"}}`, "/openai/v1/realtime/client_secrets"},
		{"/openai/v1/realtime/client_secrets", `{"model":"voice"}`, `{"model":"voice-a"}`, "/openai/v1/realtime/client_secrets"},
		{"/openai/realtimeapi/sessions?api-version=2025-04-01-preview", `{ "model":"voice","voice":"alloy" }`, `{ "model":"voice-a","voice":"alloy" }`, "/openai/realtimeapi/sessions?api-version=2025-04-01-preview"},
		{"/azure/openai/v1/realtime/client_secrets", `{"session":{"model":"voice"}}`, `{"session":{"model":"voice-a"}}`, "/openai/v1/realtime/client_secrets"},
		{"/v1/realtime/client_secrets", `{"session":{"model":"else"}}`, ``, "/openai/v1/realtime/client_secrets"},
	} {
		s, _ := newServerOf(t, socketFile, nil)
		var answers []*extprocv3.ProcessingResponse
		send := []proto.Message{post(tt.path, "application/json"), bodyRequest([]byte(tt.body), true)}
		answers, _ = play(t, s, send...) // it then waits for the response
		if len(answers) != 2 {
			t.Fatalf("%s: %v", tt.path, answers)
		}
		common := answers[1].GetRequestBody().GetResponse()
		if got := string(common.GetBodyMutation().GetBody()); got != tt.want || headersOf(common)[":path"] != tt.at {
			t.Errorf("%s: %s at %s, want %s", tt.path, got, headersOf(common)[":path"], tt.want)
		}
	}
	s, _ := newServerOf(t, socketFile, nil)
	answers, err := play(t, s, post("/v1/realtime/client_secrets", "application/json"), bodyRequest([]byte(`{"session":{"model":"voice","model":"else"}}`), true))
	if err != nil || len(answers) != 2 || answers[1].GetImmediateResponse().GetStatus().GetCode() != 400 {
		t.Errorf("a model that stands twice: %v, %v", answers, err)
	}
}

func TestTheNameOfADeploymentThatIsNoModelStaysInThePathOfThePassthrough(t *testing.T) {
	s, _ := newServerOf(t, socketFile, nil)
	for path, want := range map[string]string{
		"/azure/openai/deployments/else/x?api-version=1":  "/openai/deployments/else/x?api-version=1",
		"/azure/openai/deployments/voice/x?api-version=1": "/openai/deployments/voice-a/x?api-version=1",
	} {
		answers, _ := play(t, s, headersRequest(true, ":method", "GET", ":path", path, "api-key", "sk-client"))
		if len(answers) != 1 {
			t.Fatalf("%s: %v", path, answers)
		}
		if got := headersOf(answers[0].GetRequestHeaders().GetResponse())[":path"]; got != want {
			t.Errorf("%s goes to %s, want %s", path, got, want)
		}
	}
}

// metadataContext is what Envoy tells a later attempt of what an answer has written.
func metadataContext(r *extprocv3.ProcessingResponse) *corev3.Metadata {
	fields := r.GetDynamicMetadata().GetFields()[Namespace].GetStructValue()
	return &corev3.Metadata{FilterMetadata: map[string]*structpb.Struct{Namespace: fields}}
}

func TestAGatewaysKeyThatLooksEphemeralIsNotSentUpstreamForOne(t *testing.T) {
	s, seen := newServerOf(t, socketFile, nil)
	s.current.Load().keys = keys{"ek_mine"}
	answers, err := play(t, s, headersRequest(false, ":method", "POST", ":path", "/v1/realtime/calls", "content-type", "application/sdp", "authorization", "Bearer ek_mine"))
	if err != nil || len(answers) != 1 || answers[0].GetImmediateResponse() == nil || len(seen.refused) != 1 || seen.refused[0].Status != 401 {
		t.Errorf("%v, %v", answers, err)
	}
}
