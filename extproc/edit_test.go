package extproc

import (
	"strings"
	"testing"

	modev3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/protobuf/proto"
)

func answerHead(end bool, pairs ...string) *extprocv3.ProcessingRequest {
	return &extprocv3.ProcessingRequest{Request: &extprocv3.ProcessingRequest_ResponseHeaders{ResponseHeaders: headersRequest(end, pairs...).GetRequestHeaders()}}
}

func answerBody(text string, end bool) *extprocv3.ProcessingRequest {
	return &extprocv3.ProcessingRequest{Request: &extprocv3.ProcessingRequest_ResponseBody{ResponseBody: &extprocv3.HttpBody{Body: []byte(text), EndOfStream: end}}}
}

// responsesRequest is a request whose answer has ids.
func responsesRequest() []proto.Message {
	return []proto.Message{post("/v1/responses", "application/json"), bodyRequest([]byte(`{"model":"chat","input":"hi"}`), true)}
}

func TestTheIDsOfAnAnswerAreTaggedPieceByPiece(t *testing.T) {
	s, _ := newServer(t, nil)
	answers, err := play(t, s, append(responsesRequest(),
		answerHead(false, ":status", "200", "content-type", "application/json; charset=utf-8", "content-length", "30"),
		answerBody(`{"id":"resp`, false), answerBody(`_1","x":"`, false), answerBody(`resp_2"}`, true))...)
	if err != nil || len(answers) != 6 {
		t.Fatalf("%d answers, %v", len(answers), err)
	}
	if m := answers[0].GetModeOverride(); m.GetResponseHeaderMode() != modev3.ProcessingMode_SEND || m.GetRequestBodyMode() != modev3.ProcessingMode_BUFFERED {
		t.Errorf("asked for %v", m)
	}
	head := answers[2]
	if m := head.GetModeOverride(); m.GetResponseBodyMode() != modev3.ProcessingMode_FULL_DUPLEX_STREAMED || m.GetResponseTrailerMode() != modev3.ProcessingMode_SEND {
		t.Errorf("asked for %v", m)
	}
	if got := head.GetResponseHeaders().GetResponse().GetHeaderMutation().GetRemoveHeaders(); len(got) != 1 || got[0] != "content-length" {
		t.Errorf("removed %v", got)
	}
	var text string
	for i, a := range answers[3:] {
		piece := a.GetResponseBody().GetResponse().GetBodyMutation().GetStreamedResponse()
		if piece.GetEndOfStream() != (i == 2) {
			t.Errorf("piece %d: end %t", i, piece.GetEndOfStream())
		}
		text += string(piece.GetBody())
	}
	r := s.current.Load().table.Deployments[0].Resource
	if text != `{"id":"`+r.Tagged("resp_1")+`","x":"resp_2"}` {
		t.Errorf("%s", text)
	}
}

func TestTheResourceThatHasServedTagsTheIDs(t *testing.T) {
	s, _ := newServer(t, nil)
	name := s.current.Load().table.Deployments[1]
	answers, err := play(t, s, append(responsesRequest(),
		answerHead(false, ":status", "200", "content-type", "text/event-stream", "x-azproc-deployment", name.Name), answerBody("data: {\"id\":\"resp_1\"}\n\n", true))...)
	if err != nil || len(answers) != 4 {
		t.Fatalf("%d answers, %v", len(answers), err)
	}
	text := string(answers[3].GetResponseBody().GetResponse().GetBodyMutation().GetStreamedResponse().GetBody())
	if !strings.Contains(text, name.Resource.Tagged("resp_1")) {
		t.Errorf("%s", text)
	}
}

func TestAnAnswerWithoutIDsPassesFromItsHeadersOn(t *testing.T) {
	for name, head := range map[string]*extprocv3.ProcessingRequest{
		"an error":   answerHead(false, ":status", "404", "content-type", "application/json"),
		"no content": answerHead(true, ":status", "204"),
		"bytes":      answerHead(false, ":status", "200", "content-type", "application/octet-stream"),
		"compressed": answerHead(false, ":status", "200", "content-type", "application/json", "content-encoding", "gzip"),
		"without it": answerHead(true, ":status", "200", "content-type", "application/json"),
	} {
		s, _ := newServer(t, nil)
		answers, err := play(t, s, append(responsesRequest(), head)...)
		if err != nil || len(answers) != 3 {
			t.Fatalf("%s: %d answers, %v", name, len(answers), err)
		}
		if a := answers[2]; a.GetResponseHeaders() == nil || a.GetModeOverride() != nil || a.GetResponseHeaders().GetResponse() != nil {
			t.Errorf("%s: %v", name, a)
		}
	}
}

func TestTrailersOfAnAnswerPass(t *testing.T) {
	s, _ := newServer(t, nil)
	answers, err := play(t, s, append(responsesRequest(), answerHead(false, ":status", "200", "content-type", "application/json"), answerBody(`{}`, false),
		&extprocv3.ProcessingRequest{Request: &extprocv3.ProcessingRequest_ResponseTrailers{ResponseTrailers: &extprocv3.HttpTrailers{}}})...)
	if err != nil || len(answers) != 5 || answers[4].GetResponseTrailers() == nil {
		t.Errorf("%d answers, %v", len(answers), err)
	}
}

func TestABatchIsReadWhenItIsAskedFor(t *testing.T) {
	for path, want := range map[string]int{"/v1/batches/batch_1": 1, "/azure/openai/batches/batch_1": 1, "/azure/openai/v1/batches/batch_1": 1, "/v1/batches/batch_1/cancel": 1, "/v1/batches": 0, "/v1/files/file-1": 0} {
		s, seen := newServer(t, nil)
		_, err := play(t, s, headersRequest(true, ":method", "GET", ":path", path, "authorization", "Bearer sk-client"),
			answerHead(false, ":status", "200", "content-type", "application/json"), answerBody(`{"id":"batch_1",`, false), answerBody(`"status":"completed"}`, true))
		if err != nil || len(seen.batches) != want {
			t.Errorf("%s: %v, %v", path, seen.batches, err)
		}
		for _, b := range seen.batches {
			if b != `https://a.openai.azure.com:443 {"id":"batch_1","status":"completed"}` {
				t.Errorf("read %s", b)
			}
		}
	}
}
