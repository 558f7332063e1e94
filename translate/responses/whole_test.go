package responses

import (
	"errors"
	"testing"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate"
)

func TestCompletionsAreWhatTheAPIDocuments(t *testing.T) {
	stories(t, "answers", func(t *testing.T, s *story) {
		got, err := s.sent().Answer.Whole(s.get("response.json"))
		if err != nil {
			t.Fatal(err)
		}
		s.want("completion.json", indented(t, got))
	})
}

func TestAResponseThatIsNoAnswerIsAnError(t *testing.T) {
	for _, c := range []struct {
		name, body string
		status     int
		code, kind string
		message    string
	}{
		{"a failure of the service", `{"status":"failed","error":{"code":"server_error","message":"Oh"}}`, 500, "server_error", "server_error", "Oh"},
		{"a limit", `{"status":"failed","error":{"code":"rate_limit_exceeded","message":"Later"}}`, 429, "rate_limit_exceeded", "rate_limit_error", "Later"},
		{"a prompt that is refused", `{"status":"failed","error":{"code":"invalid_prompt","message":"No"}}`, 400, "invalid_prompt", "invalid_request_error", "No"},
		{"a failure of a new kind", `{"status":"failed","error":{"code":"brand_new","message":"Oh","type":"t"}}`, 500, "brand_new", "t", "Oh"},
		{"a failure without a reason", `{"status":"failed","error":null}`, 500, "", "server_error", "The model could not answer and did not say why."},
		{"one that goes on in the background", `{"status":"queued","output":[]}`, 502, "invalid_answer", "server_error", "The model has not finished its answer: its status is queued."},
		{"one without output", `{"status":"completed"}`, 502, "invalid_answer", "server_error", "The model's answer could not be read."},
		{"no JSON", `<html>`, 502, "invalid_answer", "server_error", "The model's answer could not be read."},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := translate.Writer{Answer: sent(t, `{`+hi+`}`).Answer, Form: translate.FormWhole, Status: 200}
			got, err := w.Append(nil, []byte(c.body), true)
			if len(got) > 0 || err == nil {
				t.Fatalf("%s, %v", got, err)
			}
			if err.Status != c.status || err.Code != c.code || err.Type != c.kind || err.Message != c.message {
				t.Errorf("%+v", err)
			}
		})
	}
}

func TestErrorsOfTheAPIPassAsTheyAre(t *testing.T) {
	const body = `{"error":{"message":"No","type":"invalid_request_error","param":"input","code":"x"}}`
	w := translate.Writer{Answer: sent(t, `{`+hi+`}`).Answer, Form: translate.FormFailure, Status: 400}
	if got, err := w.Append(nil, []byte(body), true); err != nil || string(got) != body {
		t.Errorf("%s, %v", got, err)
	}
}

// FuzzWhole holds that every answer becomes a completion that is JSON, or an error.
func FuzzWhole(f *testing.F) {
	f.Add(`{"id":"resp_1","output":[{"type":"message","content":[{"type":"output_text","text":"x","annotations":[{"type":"url_citation","title":"t","url":"u"}],"logprobs":[{"token":1,"top_logprobs":[{}]}]},{"type":"refusal","refusal":"r"}]},{"type":"reasoning","encrypted_content":"e","summary":[{"text":"s"}]},{"type":"function_call","name":"n","arguments":"a"}]}`)
	f.Add(`{"status":"incomplete","output":[],"usage":{"input_tokens":1e99}}`)
	f.Fuzz(func(t *testing.T, body string) {
		a := sent(t, `{`+hi+`,"logprobs":true,"include":["reasoning.encrypted_content"]}`).Answer
		got, err := a.Whole([]byte(body))
		if err != nil {
			if e, ok := errors.AsType[*azure.Error](err); ok && (e.Status < 400 || e.Message == "") {
				t.Fatalf("%+v", e)
			}
			return
		}
		indented(t, got)
	})
}
