package azure

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestASessionsModelIsRenamedInPlaceAndNothingElse(t *testing.T) {
	for _, tt := range []struct{ name, in, model, want string }{
		{"in a session", `{ "expires_after" : {"seconds":6e2}, "session":{"type":"realtime", "model" : "m" ,"audio":{"output":{"voice":"marin"}}} }`, "m", `{ "expires_after" : {"seconds":6e2}, "session":{"type":"realtime", "model" : "dep \"1\"" ,"audio":{"output":{"voice":"marin"}}} }`},
		{"in escapes", `{"s\u0065ssion":{"mod\u0065l":"\u006d"}}`, "m", `{"s\u0065ssion":{"mod\u0065l":"dep \"1\""}}`},
		{"not deeper", `{"session":{"audio":{"input":{"transcription":{"model":"m"}}}}}`, "", ""},
		{"not beside it", `{"model":"m","session":{"voice":"alloy"}}`, "", ""},
		{"no session", `{"model":"m"}`, "", ""},
		{"a session that is empty", `{"session":{ }}`, "", ""},
		{"a session that is none", `{"session":"model"}`, "", ""},
		{"a list of them", `{"session":[{"model":"m"}]}`, "", ""},
		{"a model that is null", `{"session":{"model":null}}`, "", ""},
		{"an empty object", `{ }`, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := scanned(t, tt.in)
			model, present, err := d.SessionModel()
			if err != nil || model != tt.model || present != (tt.model != "") {
				t.Fatalf("model %q (%t), error %v", model, present, err)
			}
			if !present {
				return
			}
			w := Rewrite{Model: `dep "1"`}
			made := w.RenameSession(d)
			if string(made.Bytes) != tt.want || !made.Changed || !json.Valid(made.Bytes) {
				t.Errorf("%s, changed %t; want %s", made.Bytes, made.Changed, tt.want)
			}
			if again, err := Restore(made.Bytes, made.AppendUndo(nil)); err != nil || string(again) != tt.in {
				t.Errorf("undone it is %s, %v", again, err)
			}
		})
	}
	same := Rewrite{Model: "m"}
	if made := same.RenameSession(scanned(t, `{"session":{"model":"m"}}`)); made.Changed {
		t.Error("a model that is right already was changed")
	}
}

func TestAKeyOfASessionThatStandsTwiceIsRefused(t *testing.T) {
	for body, param := range map[string]string{
		`{"session":{"model":"a"},"session":{"model":"b"}}`:     "session",
		`{"session":{"model":"a","type":"x","mod\u0065l":"b"}}`: "session.model",
	} {
		if _, _, err := scanned(t, body).SessionModel(); err == nil || err.Code != "duplicate_parameter" || err.Param != param {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestSessionsAreAskedForOnTheirPathsAlone(t *testing.T) {
	for path, want := range map[string]bool{
		"/v1/realtime/client_secrets":              true,
		"/openai/v1/realtime/client_secrets":       true,
		"/openai/realtimeapi/sessions":             false,
		"/azure/openai/realtimeapi/sessions":       false,
		"/azure/openai/v1/realtime/client_secrets": true,
		"/v1/batches":           false,
		"/azure/openai/threads": false,
	} {
		if r, err := ParseRoute("POST", path); err != nil || r.Sessions() != want {
			t.Errorf("%s: %t, %v", path, !want, err)
		}
	}
}

// TestSessionsGoUpstreamAsTheGoldenFilesHaveThem renames the model of each session
// of testdata.
func TestSessionsGoUpstreamAsTheGoldenFilesHaveThem(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "session", "*.json"))
	if err != nil || len(files) != 2 {
		t.Fatalf("%v, %v", files, err)
	}
	w := Rewrite{Model: "gpt-realtime-west"}
	for _, file := range files {
		in, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(strings.TrimSuffix(file, ".json") + ".golden")
		if err != nil {
			t.Fatal(err)
		}
		d := scanned(t, string(in))
		if model, _, err := d.SessionModel(); err != nil || model != "voice" {
			t.Errorf("%s: model %q, %v", file, model, err)
		}
		if got := w.RenameSession(d); string(got.Bytes) != string(want) {
			t.Errorf("%s became\n%s", file, got.Bytes)
		}
	}
}

func FuzzRenameSession(f *testing.F) {
	f.Add([]byte(`{"session":{"model":"m","x":[1,{"model":"n"}]},"model":"o"}`))
	f.Add([]byte(`{"session":{ }}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		var d Doc
		if d.Scan(in) != nil {
			return
		}
		m, err := d.sessionModel()
		w := Rewrite{Model: "dep"}
		made := w.RenameSession(&d)
		want := string(in)
		if err == nil && m.there() {
			want = want[:m.value] + `"dep"` + want[m.end:]
		}
		if string(made.Bytes) != want {
			t.Fatalf("%s became %s, want %s", in, made.Bytes, want)
		}
	})
}
