package messages_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
)

func TestWholeAnswers(t *testing.T) {
	var cases []struct {
		Name, Source       string
		Form               bool // the answer's form is asked for, of a model that has none
		Answer, Completion json.RawMessage
	}
	if err := json.Unmarshal(readFile(t, "answers.json"), &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			ask := plainAsk
			if c.Form {
				ask = formAsk
			}
			got, err := answerTo(t, ask).Whole(c.Answer)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(compact(t, c.Completion), string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatIsNoMessageIsAnError(t *testing.T) {
	for _, body := range []string{
		``, `{`, `[]`, `{"type":"error","error":{"type":"api_error","message":"x"}}`,
		`{"type":"message"}`, `{"type":"message","content":"text"}`, `<html>`,
	} {
		if got, err := answerTo(t, plainAsk).Whole([]byte(body)); err == nil {
			t.Errorf("%q gives %s", body, got)
		}
	}
}

func FuzzWhole(f *testing.F) {
	var cases []struct{ Answer json.RawMessage }
	if err := json.Unmarshal(readFile(f, "answers.json"), &cases); err != nil {
		f.Fatal(err)
	}
	for _, c := range cases {
		f.Add([]byte(c.Answer))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, ask := range []string{plainAsk, formAsk} {
			if got, err := answerTo(t, ask).Whole(body); err == nil && !gjson.ValidBytes(got) {
				t.Errorf("%q gives %q", body, got)
			}
		}
	})
}
