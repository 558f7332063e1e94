package extproc

import (
	"testing"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	modev3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	typev3 "github.com/envoyproxy/go-control-plane/envoy/type/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
)

// TestFieldNumbersAreThoseOfTheGeneratedTypes would fail first if a new
// go-control-plane moved a field.
func TestFieldNumbersAreThoseOfTheGeneratedTypes(t *testing.T) {
	type fields map[string]int
	for _, tt := range []struct {
		message proto.Message
		want    fields
	}{
		{&extprocv3.ProcessingRequest{}, fields{"request_headers": fieldRequestHeaders, "request_body": fieldRequestBody, "request_trailers": fieldRequestTrailers, "metadata_context": fieldMetadataContext, "attributes": fieldAttributes}},
		{&corev3.Metadata{}, fields{"filter_metadata": fieldFilterMetadata}},
		{&extprocv3.HttpHeaders{}, fields{"headers": fieldHeaderMap, "end_of_stream": fieldHeadersEndStream}},
		{&extprocv3.HttpBody{}, fields{"body": fieldBodyBytes, "end_of_stream": fieldBodyEndStream}},
		{&corev3.HeaderMap{}, fields{"headers": fieldHeaderValue}},
		{&corev3.HeaderValue{}, fields{"key": fieldKey, "value": fieldValue, "raw_value": fieldRawValue}},
		{&extprocv3.ProcessingResponse{}, fields{"request_headers": fieldHeadersAnswer, "request_body": fieldBodyAnswer, "request_trailers": fieldTrailersAnswer, "immediate_response": fieldImmediateResponse, "dynamic_metadata": fieldDynamicMetadata, "mode_override": fieldModeOverride, "override_message_timeout": fieldOverrideTimeout}},
		{&durationpb.Duration{}, fields{"seconds": fieldDurationSeconds}},
		{&extprocv3.HeadersResponse{}, fields{"response": fieldCommon}},
		{&extprocv3.BodyResponse{}, fields{"response": fieldCommon}},
		{&extprocv3.CommonResponse{}, fields{"header_mutation": fieldHeaderMutation, "body_mutation": fieldBodyMutation, "clear_route_cache": fieldClearRouteCache}},
		{&extprocv3.HeaderMutation{}, fields{"set_headers": fieldSetHeaders, "remove_headers": fieldRemoveHeaders}},
		{&corev3.HeaderValueOption{}, fields{"header": fieldOptionHeader, "append_action": fieldAppendAction}},
		{&extprocv3.BodyMutation{}, fields{"body": fieldMutatedBody, "streamed_response": fieldStreamedBody}},
		{&extprocv3.StreamedBodyResponse{}, fields{"body": fieldStreamedBodyBytes, "end_of_stream": fieldStreamedBodyEnd}},
		{&extprocv3.ImmediateResponse{}, fields{"status": fieldStatus, "headers": fieldImmediateHeaders, "body": fieldImmediateBody, "details": fieldImmediateDetails}},
		{&typev3.HttpStatus{}, fields{"code": fieldStatusCode}},
		{&modev3.ProcessingMode{}, fields{"request_header_mode": fieldRequestHeaderMode, "response_header_mode": fieldResponseHeaderMode, "request_body_mode": fieldRequestBodyMode, "request_trailer_mode": fieldRequestTrailerMode, "response_trailer_mode": fieldResponseTrailerMode}},
	} {
		d := tt.message.ProtoReflect().Descriptor()
		for name, number := range tt.want {
			f := d.Fields().ByTextName(name)
			if f == nil || int(f.Number()) != number {
				t.Errorf("%s.%s: azproc writes field %d, the type has %v", d.Name(), name, number, f)
			}
		}
	}
	if overwriteOrAdd != corev3.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD ||
		headerModeSend != modev3.ProcessingMode_SEND || headerModeSkip != modev3.ProcessingMode_SKIP ||
		bodyModeBuffered != modev3.ProcessingMode_BUFFERED || bodyModeDuplex != modev3.ProcessingMode_FULL_DUPLEX_STREAMED {
		t.Error("an enum value has moved")
	}
}

func TestMalformedMessagesAreErrorsAndNotPanics(t *testing.T) {
	whole, err := proto.Marshal(headersRequest(true, ":path", "/v1/models"))
	if err != nil {
		t.Fatal(err)
	}
	var m message
	if err := m.parse(whole); err != nil {
		t.Fatalf("the whole message: %v", err)
	}
	broken := 0
	for n := 1; n < len(whole); n++ {
		if err := (&message{}).parse(whole[:n]); err != nil {
			broken++
		}
	}
	if broken == 0 {
		t.Error("no prefix of the message was refused")
	}
}
