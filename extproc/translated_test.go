package extproc

import (
	"strconv"
	"strings"
	"testing"

	modev3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

const translatedFile = `
model_list:
  - model_name: thinker
    litellm_params: {model: azure/o1, api_base: "https://a.openai.azure.com", api_version: "2024-12-01-preview", api_key: k, order: 1}
    model_info: {id: first}
  - model_name: thinker
    litellm_params: {model: azure/o1, api_base: "https://b.openai.azure.com", api_key: k, order: 2}
    model_info: {id: second}
  - model_name: claude
    litellm_params: {model: azure_ai/claude-sonnet-4-5, api_base: "https://c.services.ai.azure.com", api_key: k}
    model_info: {id: claude}
  - model_name: codex
    litellm_params: {model: azure/gpt-5-codex, api_base: "https://a.openai.azure.com", api_key: k}
    model_info: {id: codex}
  - model_name: normal
    litellm_params: {model: azure/gpt-4o, api_base: "https://a.openai.azure.com", api_key: k, normalize_stream: true}
    model_info: {id: normal}
`

const (
	translatedBody = `{"model":"thinker","stream":true,"messages":[{"role":"user","content":"hi"}],"max_tokens":7}`
	wholeChat      = `{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"o1","choices":[{"index":0,"message":{"role":"assistant","content":"hey"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}`
)

// fromCluster is the first message of an attempt that comes from the filters of a
// deployment's cluster.
func fromCluster(t *testing.T, s *Server, at, attempt string, first *extprocv3.ProcessingResponse) *extprocv3.ProcessingRequest {
	t.Helper()
	m := headersRequest(false, ":method", "POST", ":path", "/whatever", "content-type", "application/json", "x-envoy-attempt-count", attempt)
	attributes, err := structpb.NewStruct(map[string]any{"xds.cluster_name": s.current.Load().table.Named(at).Cluster})
	if err != nil {
		t.Fatal(err)
	}
	m.Attributes = map[string]*structpb.Struct{extProcName: attributes}
	m.MetadataContext = metadataContext(first)
	return m
}

// planned is the answer to a request's body, by which it goes on its way.
func planned(t *testing.T, s *Server) *extprocv3.ProcessingResponse {
	t.Helper()
	return plannedFor(t, s, translatedBody)
}

// plannedFor is planned for another request.
func plannedFor(t *testing.T, s *Server, body string) *extprocv3.ProcessingResponse {
	t.Helper()
	answers, err := play(t, s, post("/v1/chat/completions", "application/json"), bodyRequest([]byte(body), true))
	if err != nil || len(answers) != 2 {
		t.Fatalf("%v, %v", answers, err)
	}
	return answers[1]
}

func TestWhatHasToBeTranslatedGoesToItsClusterAsTheClientMadeIt(t *testing.T) {
	s, _ := newServerOf(t, translatedFile, nil)
	common := planned(t, s).GetRequestBody().GetResponse()
	h := headersOf(common)
	if h[translateHeader] != "yes" || h[":path"] != "/openai/deployments/o1/chat/completions?api-version=2024-12-01-preview" || h["api-key"] == "" {
		t.Errorf("headers %v", h)
	}
	if common.GetBodyMutation() != nil {
		t.Errorf("the body was changed: %v", common.GetBodyMutation())
	}
	plain, err := play(t, s, post("/v1/chat/completions", "application/json"), bodyRequest([]byte(strings.Replace(translatedBody, `"stream":true,`, "", 1)), true))
	if err != nil || headersOf(plain[1].GetRequestBody().GetResponse())[translateHeader] != "" {
		t.Errorf("a request that needs no translation is translated: %v, %v", plain, err)
	}
}

func TestTheFirstAttemptIsTranslatedWithItsResponse(t *testing.T) {
	for attempt, at := range map[string]string{"1": "first", "2": "second"} {
		s, _ := newServerOf(t, translatedFile, nil)
		answers, err := play(t, s, fromCluster(t, s, at, attempt, planned(t, s)), bodyRequest([]byte(translatedBody), true),
			answerHead(false, ":status", "200", "content-type", "application/json", "content-length", "300"),
			answerBody(wholeChat[:50], false), answerBody(wholeChat[50:], true))
		if err != nil || len(answers) != 4 {
			t.Fatalf("attempt %s: %d answers, %v", attempt, len(answers), err)
		}
		if m := answers[0].GetModeOverride(); m.GetRequestBodyMode() != modev3.ProcessingMode_BUFFERED || m.GetResponseHeaderMode() != modev3.ProcessingMode_SEND || m.GetResponseBodyMode() != modev3.ProcessingMode_FULL_DUPLEX_STREAMED || m.GetResponseTrailerMode() != modev3.ProcessingMode_SEND {
			t.Errorf("asked for %v", m)
		}
		common := answers[1].GetRequestBody().GetResponse()
		sent := string(common.GetBodyMutation().GetBody())
		if strings.Contains(sent, "stream") || !strings.Contains(sent, `"max_completion_tokens":7`) {
			t.Errorf("attempt %s: sent %s", attempt, sent)
		}
		h := headersOf(common)
		if h["content-length"] != strconv.Itoa(len(sent)) {
			t.Errorf("attempt %s: headers %v", attempt, h)
		}
		// The first has its path, credential and room from when it was picked.
		if (h[":path"] == "") != (attempt == "1") || (h["api-key"] == "") != (attempt == "1") || (answers[1].GetDynamicMetadata() == nil) != (attempt == "1") {
			t.Errorf("attempt %s: %v", attempt, answers[1])
		}
		head := answers[2].GetResponseHeaders().GetResponse()
		if got := head.GetHeaderMutation().GetRemoveHeaders(); len(got) != 1 || got[0] != "content-length" || headersOf(head)["content-type"] != "text/event-stream; charset=utf-8" {
			t.Errorf("response headers %v", head)
		}
		piece := answers[3].GetResponseBody().GetResponse().GetBodyMutation().GetStreamedResponse()
		if !piece.GetEndOfStream() || !strings.Contains(string(piece.GetBody()), `"content":"hey"`) || !strings.HasSuffix(string(piece.GetBody()), "data: [DONE]\n\n") {
			t.Errorf("attempt %s: %s", attempt, piece.GetBody())
		}
	}
}

func TestAnAnswerThatCannotBeReadIsToldByItsStatus(t *testing.T) {
	s, seen := newServerOf(t, translatedFile, nil)
	answers, err := play(t, s, fromCluster(t, s, "first", "1", planned(t, s)), bodyRequest([]byte(translatedBody), true),
		answerHead(false, ":status", "200", "content-type", "application/json"), answerBody(`<html>`, true))
	if err != nil || len(answers) != 4 {
		t.Fatalf("%d answers, %v", len(answers), err)
	}
	if h := headersOf(answers[2].GetResponseHeaders().GetResponse()); h[":status"] != "502" || h["content-type"] != "application/json" {
		t.Errorf("headers %v", h)
	}
	if text := string(answers[3].GetResponseBody().GetResponse().GetBodyMutation().GetStreamedResponse().GetBody()); !strings.Contains(text, `"code":"invalid_answer"`) {
		t.Errorf("%s", text)
	}
	if len(seen.refused) != 1 || seen.refused[0].Cause == nil {
		t.Errorf("observed %v", seen.refused)
	}
}

func TestTheHeadersOfAFailureGoOnAtOnceSoThatTheNextDeploymentIsAsked(t *testing.T) {
	s, _ := newServerOf(t, translatedFile, nil)
	const failure = `{"error":{"message":"m","type":"t","param":null,"code":"c"}}`
	send := []proto.Message{fromCluster(t, s, "first", "1", planned(t, s)), bodyRequest([]byte(translatedBody), true), answerHead(false, ":status", "429", "content-type", "application/json")}
	if answers, _ := play(t, s, send...); len(answers) != 3 || answers[2].GetResponseHeaders() == nil {
		t.Errorf("%v: the headers wait for the body", answers)
	}
	s, _ = newServerOf(t, translatedFile, nil)
	send[0] = fromCluster(t, s, "first", "1", planned(t, s))
	answers, err := play(t, s, append(send, answerBody(failure[:9], false), answerBody(failure[9:], true))...)
	if err != nil {
		t.Fatal(err)
	}
	var text string
	for _, a := range answers[3:] {
		text += string(a.GetResponseBody().GetResponse().GetBodyMutation().GetStreamedResponse().GetBody())
	}
	if text != failure {
		t.Errorf("%s", text)
	}
}

func TestAResponseWithoutABodyAndOneWithTrailersEnd(t *testing.T) {
	s, _ := newServerOf(t, translatedFile, nil)
	answers, err := play(t, s, fromCluster(t, s, "first", "1", planned(t, s)), bodyRequest([]byte(translatedBody), true), answerHead(true, ":status", "503"))
	if err != nil || len(answers) != 3 || answers[2].GetResponseHeaders().GetResponse() != nil {
		t.Errorf("%v, %v", answers, err)
	}
	s, _ = newServerOf(t, translatedFile, nil)
	answers, err = play(t, s, fromCluster(t, s, "first", "1", planned(t, s)), bodyRequest([]byte(translatedBody), true),
		answerHead(false, ":status", "200", "content-type", "application/json"), answerBody(wholeChat, false),
		&extprocv3.ProcessingRequest{Request: &extprocv3.ProcessingRequest_ResponseTrailers{ResponseTrailers: &extprocv3.HttpTrailers{}}})
	if err != nil || len(answers) != 5 || answers[4].GetResponseTrailers() == nil {
		t.Fatalf("%d answers, %v", len(answers), err)
	}
	if piece := answers[3].GetResponseBody().GetResponse().GetBodyMutation().GetStreamedResponse(); piece.GetEndOfStream() || !strings.HasSuffix(string(piece.GetBody()), "[DONE]\n\n") {
		t.Errorf("%v", piece)
	}
}

func TestAFailureThatIsNoJSONIsToldAsJSON(t *testing.T) {
	for model, want := range map[string]string{"claude": "application/json", "codex": ""} { // Azure's own errors pass as they are
		body := strings.Replace(translatedBody, "thinker", model, 1)
		s, _ := newServerOf(t, translatedFile, nil)
		answers, err := play(t, s, fromCluster(t, s, model, "1", plannedFor(t, s, body)), bodyRequest([]byte(body), true),
			answerHead(false, ":status", "502", "content-type", "text/html"), answerBody("<html>", true))
		if err != nil || len(answers) != 4 {
			t.Fatalf("%d answers, %v", len(answers), err)
		}
		text := string(answers[3].GetResponseBody().GetResponse().GetBodyMutation().GetStreamedResponse().GetBody())
		if got := headersOf(answers[2].GetResponseHeaders().GetResponse())["content-type"]; got != want || strings.HasPrefix(text, "{") != (want != "") {
			t.Errorf("%s: content type %q of %s", model, got, text)
		}
	}
}
