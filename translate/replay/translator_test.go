package replay_test

import (
	"testing"

	"github.com/azproc/azproc/translate"
	"github.com/azproc/azproc/translate/replay"
)

func TestOnlyWhatIsSaidOfAStreamIsTakenFromTheRequest(t *testing.T) {
	for in, want := range map[string]string{
		`{"model":"o1", "messages":[]}`:                                                     `{"model":"o1", "messages":[]}`,
		`{"model":"o1","stream":true,"n":1.0}`:                                              `{"model":"o1","n":1.0}`,
		`{"stream":true,"stream_options":{"include_usage":true},"messages":[{"stream":1}]}`: `{"messages":[{"stream":1}]}`,
		`{"stream":true}`: `{}`,
		`{}`:              `{}`,
	} {
		for _, tr := range []translate.Translator{replay.ChatTranslator{}, replay.ResponsesTranslator{}} {
			sent, err := tr.Request(&translate.Ask{Body: []byte(in), Stream: true})
			if err != nil || string(sent.Body) != want {
				t.Errorf("%T of %s: %v, %s", tr, in, err, sent.Body)
			}
		}
	}
}

func TestTheAnswerIsTheClientsStream(t *testing.T) {
	for name, c := range map[string]struct {
		tr   translate.Translator
		body string
		of   func(dst, whole []byte) ([]byte, error)
		kind string
	}{
		"chat with the usage":    {replay.ChatTranslator{}, `{"stream":true,"stream_options":{"include_usage":true}}`, withUsage, "chat"},
		"chat without the usage": {replay.ChatTranslator{}, `{"stream":true,"stream_options":{"include_usage":false}}`, withoutUsage, "chat"},
		"responses":              {replay.ResponsesTranslator{}, `{"stream":true}`, replay.Response, "response"},
	} {
		t.Run(name, func(t *testing.T) {
			for file, whole := range wholes(t, c.kind) {
				sent, refusal := c.tr.Request(&translate.Ask{Body: []byte(c.body), Stream: true})
				if refusal != nil {
					t.Fatal(refusal)
				}
				want, err := c.of(nil, whole)
				if err != nil {
					t.Fatal(err)
				}
				w := translate.Writer{Answer: sent.Answer, Form: translate.FormWhole, Status: 200}
				half := len(whole) / 2
				got, _ := w.Append(nil, whole[:half], false)
				if len(got) > 0 {
					t.Errorf("%s: half an answer gave %q", file, got)
				}
				got, refusal = w.Append(got, whole[half:], true)
				if refusal != nil || string(got) != string(want) {
					t.Errorf("%s: %v, got\n%s\nwant\n%s", file, refusal, got, want)
				}
			}
		})
	}
}
