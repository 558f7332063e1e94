package extproc

import (
	"bytes"
	"testing"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	modev3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	typev3 "github.com/envoyproxy/go-control-plane/envoy/type/v3"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/routing"
)

// decode reads an answer with the generated types, as Envoy would.
func decode(t *testing.T, a answer) *extprocv3.ProcessingResponse {
	t.Helper()
	var r extprocv3.ProcessingResponse
	if err := proto.Unmarshal(a.parts.Materialize(), &r); err != nil {
		t.Fatal(err)
	}
	return &r
}

func set(name, value string) *corev3.HeaderValueOption {
	return &corev3.HeaderValueOption{
		Header:       &corev3.HeaderValue{Key: name, RawValue: []byte(value)},
		AppendAction: corev3.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD,
	}
}

func TestAskingForABodyNeverAsksForTheResponse(t *testing.T) {
	quiet := func(m *modev3.ProcessingMode) *modev3.ProcessingMode {
		m.RequestHeaderMode = modev3.ProcessingMode_SEND
		m.ResponseHeaderMode = modev3.ProcessingMode_SKIP
		m.ResponseTrailerMode = modev3.ProcessingMode_SKIP
		return m
	}
	buffered := &extprocv3.ProcessingResponse{
		Response:     &extprocv3.ProcessingResponse_RequestHeaders{RequestHeaders: &extprocv3.HeadersResponse{}},
		ModeOverride: quiet(&modev3.ProcessingMode{RequestBodyMode: modev3.ProcessingMode_BUFFERED, RequestTrailerMode: modev3.ProcessingMode_SKIP}),
	}
	if d := cmp.Diff(buffered, decode(t, bytesAnswer(bufferedBody)), protocmp.Transform()); d != "" {
		t.Error(d)
	}
	duplex := &extprocv3.ProcessingResponse{
		ModeOverride: quiet(&modev3.ProcessingMode{RequestBodyMode: modev3.ProcessingMode_FULL_DUPLEX_STREAMED, RequestTrailerMode: modev3.ProcessingMode_SEND}),
	}
	if d := cmp.Diff(duplex, decode(t, bytesAnswer(duplexBody)), protocmp.Transform()); d != "" {
		t.Error(d)
	}
}

func TestForwardRemovesEveryClientKeyButTheOneItOverwrites(t *testing.T) {
	for _, tt := range []struct {
		credential azure.Header
		removed    []string
	}{
		{azure.Header{Name: "api-key", Value: "azure"}, []string{"authorization", "x-api-key"}},
		{azure.Header{Name: "authorization", Value: "Bearer t"}, []string{"api-key", "x-api-key"}},
		{azure.Header{Name: "x-api-key", Value: "claude"}, []string{"authorization", "api-key"}},
	} {
		t.Run(tt.credential.Name, func(t *testing.T) {
			f := forward{path: "/p", credential: tt.credential, fixed: &fixed{remove: clientKeys[:]}}
			got := decode(t, f.answer(answerHeaders))
			got.DynamicMetadata = nil
			want := &extprocv3.ProcessingResponse{Response: &extprocv3.ProcessingResponse_RequestHeaders{
				RequestHeaders: &extprocv3.HeadersResponse{Response: &extprocv3.CommonResponse{
					ClearRouteCache: true,
					HeaderMutation: &extprocv3.HeaderMutation{
						SetHeaders:    []*corev3.HeaderValueOption{set(":path", "/p"), set(tt.credential.Name, tt.credential.Value)},
						RemoveHeaders: tt.removed,
					},
				}},
			}}
			if d := cmp.Diff(want, got, protocmp.Transform()); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestForwardWithABodyAnnouncesItsLength(t *testing.T) {
	for _, size := range []int{0, 1, 127, 128, 70_000} {
		body := bytes.Repeat([]byte("x"), size)
		f := forward{
			path: "/p", credential: azure.Header{Name: "api-key", Value: "k"}, length: contentLength(int64(size)),
			body:  azure.Body{Bytes: body, Changed: true},
			fixed: &fixed{remove: clientKeys[:], headers: appendSetHeader(nil, "accept-encoding", "identity")},
			claim: routing.Claim{ID: "c", Tokens: 1},
		}
		metadata, err := structpb.NewStruct(map[string]any{Namespace: map[string]any{FieldClaim: string(f.claim.Append(nil))}})
		if err != nil {
			t.Fatal(err)
		}
		want := &extprocv3.ProcessingResponse{
			DynamicMetadata: metadata,
			Response: &extprocv3.ProcessingResponse_RequestBody{RequestBody: &extprocv3.BodyResponse{Response: &extprocv3.CommonResponse{
				ClearRouteCache: true,
				HeaderMutation: &extprocv3.HeaderMutation{
					SetHeaders:    []*corev3.HeaderValueOption{set(":path", "/p"), set("api-key", "k"), set("content-length", f.length), set("accept-encoding", "identity")},
					RemoveHeaders: []string{"authorization", "x-api-key"},
				},
				BodyMutation: &extprocv3.BodyMutation{Mutation: &extprocv3.BodyMutation_Body{Body: body}},
			}}},
		}
		if d := cmp.Diff(want, decode(t, f.answer(fieldBodyAnswer)), protocmp.Transform()); d != "" {
			t.Errorf("%d bytes: %s", size, d)
		}
	}
}

func TestChunksCarryTheirBytesAndTheEnd(t *testing.T) {
	for _, tt := range []struct {
		name string
		body []byte
		end  bool
	}{
		{"bytes in the middle", []byte("abc"), false},
		{"bytes at the end", bytes.Repeat([]byte("z"), 300), true},
		{"an end without bytes", nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var data mem.Buffer
			if tt.body != nil {
				data = mem.SliceBuffer(tt.body)
			}
			want := &extprocv3.ProcessingResponse{Response: &extprocv3.ProcessingResponse_RequestBody{
				RequestBody: &extprocv3.BodyResponse{Response: &extprocv3.CommonResponse{BodyMutation: &extprocv3.BodyMutation{
					Mutation: &extprocv3.BodyMutation_StreamedResponse{StreamedResponse: &extprocv3.StreamedBodyResponse{Body: tt.body, EndOfStream: tt.end}},
				}}},
			}}
			if d := cmp.Diff(want, decode(t, chunk(fieldBodyAnswer, data, tt.end)), protocmp.Transform()); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestRefusalsAreInTheShapeOfTheClientsSDK(t *testing.T) {
	e := &azure.Error{Status: 405, Type: "invalid_request_error", Code: "method_not_allowed", Message: "no", Header: []azure.Header{{Name: "allow", Value: "POST"}}}
	for _, shape := range []azure.Shape{azure.ShapeOpenAI, azure.ShapeAnthropic} {
		want := &extprocv3.ProcessingResponse{Response: &extprocv3.ProcessingResponse_ImmediateResponse{ImmediateResponse: &extprocv3.ImmediateResponse{
			Status:  &typev3.HttpStatus{Code: typev3.StatusCode_MethodNotAllowed},
			Headers: &extprocv3.HeaderMutation{SetHeaders: []*corev3.HeaderValueOption{set("content-type", "application/json"), set("allow", "POST")}},
			Body:    e.Body(shape),
			Details: "azproc_method_not_allowed",
		}}}
		if d := cmp.Diff(want, decode(t, refusal(e, shape)), protocmp.Transform()); d != "" {
			t.Error(d)
		}
	}
}
