package azure

import "testing"

func TestTheUsageOfAStreamIsAskedForWhateverTheClientDoes(t *testing.T) {
	for body, want := range map[string]string{
		`{"stream":true}`:                                                `{"stream_options":{"include_usage":true},"stream":true}`,
		`{"stream":true,"stream_options":null}`:                          `{"stream":true,"stream_options":{"include_usage":true}}`,
		`{"stream":true,"stream_options":{ }}`:                           `{"stream":true,"stream_options":{"include_usage":true}}`,
		`{"stream":true,"stream_options":{"include_usage": false}}`:      `{"stream":true,"stream_options":{"include_usage": true}}`,
		`{"stream":true,"stream_options":{"include_obfuscation":false}}`: `{"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}}`,
		// Where it is asked for already, or there is no stream, nothing changes.
		`{"stream":true,"stream_options":{"include_usage":true}}`:                            "",
		`{"stream":true,"stream_options":{"include_obfuscation":true,"include_usage":true}}`: "",
		`{"stream":false}`: "",
		`{}`:               "",
		`{"stream":true,"x":{"stream_options":{"include_usage":true}}}`: `{"stream_options":{"include_usage":true},"stream":true,"x":{"stream_options":{"include_usage":true}}}`,
	} {
		var d Doc
		if err := d.Scan([]byte(body)); err != nil {
			t.Fatal(err)
		}
		asked := (&Rewrite{}).HidesUsage(&d)
		d.AskUsage(asked)
		got, err := (&Rewrite{}).Apply(&d, OpChat, false)
		if err != nil || asked != (want != "") || got.Changed != asked {
			t.Errorf("%s: asked %v, changed %v, %v", body, asked, got.Changed, err)
		}
		if want == "" {
			want = body
		}
		if string(got.Bytes) != want {
			t.Errorf("%s became %s, want %s", body, got.Bytes, want)
		}
		if back, err := Restore(got.Bytes, got.AppendUndo(nil)); asked && (err != nil || string(back) != body) {
			t.Errorf("%s came back as %s, %v", body, back, err)
		}
	}
}

func TestOperatorsOwnStreamOptionsAreKept(t *testing.T) {
	var d Doc
	if err := d.Scan([]byte(`{"stream":true}`)); err != nil {
		t.Fatal(err)
	}
	w := Rewrite{Defaults: []Param{{"stream_options", []byte(`{"include_usage":false}`)}}}
	if w.HidesUsage(&d) {
		t.Error("asked for")
	}
	got, err := w.Apply(&d, OpChat, false)
	if want := `{"stream_options":{"include_usage":false},"stream":true}`; err != nil || string(got.Bytes) != want {
		t.Errorf("%s, want %s: %v", got.Bytes, want, err)
	}
}

func TestOnlyWhereTheAPIHasItIsUsageAskedFor(t *testing.T) {
	azure := func(version string) Target { return Target{Version: version} }
	for _, tt := range []struct {
		name   string
		target Target
		route  Route
		want   bool
	}{
		{"v1", azure(""), Route{Op: OpChat}, true},
		{"a new version", azure("2024-10-21"), Route{Op: OpChat}, true},
		{"the first preview that has it", azure("2024-09-01-preview"), Route{Op: OpCompletions}, true},
		{"an old version", azure("2024-06-01"), Route{Op: OpChat}, false},
		{"an old version of the client", azure(""), Route{Op: OpChat, Version: "2023-05-15"}, false},
		{"the configured one counts", azure("2024-10-21"), Route{Op: OpChat, Version: "2023-05-15"}, true},
		{"responses tell it by themselves", azure(""), Route{Op: OpResponses}, false},
		{"so do messages", azure(""), Route{Op: OpMessages}, false},
		{"speech has none", azure(""), Route{Op: OpSpeech}, false},
		{"OpenAI", Target{Endpoint: Endpoint{Provider: ProviderOpenAI}}, Route{Op: OpChat}, true},
		{"Foundry's model inference API", Target{Endpoint: Endpoint{Models: true}}, Route{Op: OpChat}, false},
		{"extensions", azure("2024-10-21"), Route{Op: OpChat, Extensions: true}, false},
	} {
		if got := tt.target.TellsUsage(&tt.route); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
