package azure

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// apply rewrites a body for a chat deployment of a family.
func apply(t testing.TB, w *Rewrite, op *Operation, in string, modelInBody bool) (string, *Error) {
	t.Helper()
	made, err := w.Apply(scanned(t, in), op, modelInBody)
	body, changed := made.Bytes, made.Changed
	if err == nil && changed == (string(body) == in) {
		t.Errorf("%s: changed is %v for %s", in, changed, body)
	}
	if again, rerr := Restore(body, made.AppendUndo(nil)); err == nil && (rerr != nil || string(again) != in) {
		t.Errorf("%s became %s, and that %s again: %v", in, body, again, rerr)
	}
	if err == nil && !json.Valid(body) {
		t.Errorf("%s became %s, which is no JSON", in, body)
	}
	return string(body), err
}

func TestRewriteChangesNothingButWhatItNames(t *testing.T) {
	plain := func(f *Family) Rewrite { return Rewrite{Model: "dep", Family: f} }
	for _, tt := range []struct {
		name     string
		rewrite  Rewrite
		op       *Operation
		v1       bool
		in, want string
	}{
		{"nothing for a classic URL", plain(general), OpChat, false, `{ "model" : "m", "x":1E400 }`, `{ "model" : "m", "x":1E400 }`},
		{"the model for the v1 surface", plain(general), OpChat, true, `{ "a":1, "model" : "m" ,"b":[ 1 ]}`, `{ "a":1, "model" : "dep" ,"b":[ 1 ]}`},
		{"a model that is right already", plain(general), OpChat, true, `{"model":"dep"}`, `{"model":"dep"}`},
		{"null for a model", plain(general), OpChat, true, `{"model":null,"a":1}`, `{"model":"dep","a":1}`},
		{"no model", plain(general), OpChat, true, `{ "a":1}`, `{"model":"dep", "a":1}`},
		{"an empty object", plain(general), OpChat, true, `{ }`, `{"model":"dep" }`},
		{"a name that needs quoting", Rewrite{Model: "d\"é\n"}, OpChat, true, `{"model":"m"}`, `{"model":"d\"é\n"}`},

		{"max_tokens of a reasoning model", plain(oSeries), OpChat, false, `{"max_tokens" : 10,"a":1}`, `{"max_completion_tokens" : 10,"a":1}`},
		{"an explicit max_completion_tokens wins", plain(gpt5), OpChat, false, `{"a":1,"max_tokens":10,"max_completion_tokens":20}`, `{"a":1,"max_completion_tokens":20}`},
		{"wherever it stands", plain(gpt5), OpChat, false, `{"max_completion_tokens":20, "max_tokens":10}`, `{"max_completion_tokens":20}`},
		{"a null one does not", plain(gpt5), OpChat, false, `{"max_completion_tokens":null,"max_tokens":10}`, `{"max_completion_tokens":10}`},
		{"max_tokens of others stays", plain(general), OpChat, false, `{"max_tokens":10}`, `{"max_tokens":10}`},
		{"gpt-5-chat is no reasoning model", plain(gpt5Chat), OpChat, false, `{"max_tokens":10,"temperature":0.2}`, `{"max_tokens":10,"temperature":0.2}`},
		{
			"neutral values and null pass", plain(oSeries), OpChat, false,
			`{"temperature":1.0,"top_p":1e0,"presence_penalty":0.0,"frequency_penalty":-0,"logprobs":false,"top_logprobs":0,"logit_bias":{ },"n":1}`,
			`{"temperature":1.0,"top_p":1e0,"presence_penalty":0.0,"frequency_penalty":-0,"logprobs":false,"top_logprobs":0,"logit_bias":{ },"n":1}`,
		},
		{"null passes", plain(gpt5), OpChat, false, `{"temperature":null,"logit_bias":null}`, `{"temperature":null,"logit_bias":null}`},
		{"gpt-5.1 does not reason unless it is told to", plain(gpt5None), OpChat, false, `{"temperature":0.1,"top_p":0.2,"logprobs":true,"top_logprobs":3}`, `{"temperature":0.1,"top_p":0.2,"logprobs":true,"top_logprobs":3}`},
		{"later ones when they are told not to", plain(gpt5Later), OpChat, false, `{"temperature":0.1,"reasoning_effort":"none"}`, `{"temperature":0.1,"reasoning_effort":"none"}`},
		{"any effort and unknown parameters pass", plain(oSeries), OpChat, false, `{"reasoning_effort":"ultra","foo":{"temperature":0.1}}`, `{"reasoning_effort":"ultra","foo":{"temperature":0.1}}`},
		{
			"drop_params drops what the model does not take",
			Rewrite{Family: oSeries, DropParams: true},
			OpChat, false,
			`{"temperature":0.5, "a":1, "top_p":0.1,"logit_bias":{"1":1}}`, `{"a":1}`,
		},
		{"and nothing else", Rewrite{Family: general, DropParams: true}, OpChat, false, `{"temperature":0.5,"foo":1}`, `{"temperature":0.5,"foo":1}`},
		{"all of it if need be", Rewrite{Family: oSeries, DropParams: true}, OpChat, false, `{ "temperature":0.5 }`, `{  }`},
		{"and the model put in its place", Rewrite{Model: "dep", Family: oSeries, DropParams: true}, OpChat, true, `{ "temperature":0.5 }`, `{"model":"dep"  }`},

		{
			"developer for a model that knows system", plain(general), OpChat, false,
			`{"messages":[{"role" : "developer","content":"developer"},{"content":{"role":"developer"},"role":"user"},"developer"]}`,
			`{"messages":[{"role" : "system","content":"developer"},{"content":{"role":"developer"},"role":"user"},"developer"]}`,
		},
		{"in escapes too", plain(general), OpChat, false, `{"messages":[{"r\u006fle":"\u0064eveloper"}]}`, `{"messages":[{"r\u006fle":"system"}]}`},
		{"system for others stays", plain(general), OpChat, false, `{"messages":[{"role":"system"}]}`, `{"messages":[{"role":"system"}]}`},
		{"reasoning models get both as sent", plain(oSeries), OpChat, false, `{"messages":[{"role":"developer"},{"role":"system"}]}`, `{"messages":[{"role":"developer"},{"role":"system"}]}`},
		{"the first ones know neither", plain(oFirst), OpChat, false, `{"messages":[{"role":"developer"},{"role":"system"},{"role":"assistant"}]}`, `{"messages":[{"role":"user"},{"role":"user"},{"role":"assistant"}]}`},
		{"messages that are no list", plain(oFirst), OpChat, false, `{"messages":"system"}`, `{"messages":"system"}`},
		{"no messages", plain(oFirst), OpChat, false, `{"messages":[ ]}`, `{"messages":[ ]}`},

		{"responses keep their own limit", plain(gpt5), OpResponses, false, `{"max_output_tokens":5,"input":[{"role":"developer"}]}`, `{"max_output_tokens":5,"input":[{"role":"developer"}]}`},
		{"responses have the effort elsewhere", plain(gpt5Later), OpResponses, false, `{"reasoning":{"effort":"none"},"temperature":0.3}`, `{"reasoning":{"effort":"none"},"temperature":0.3}`},
		{"embeddings are nobody's business", plain(oSeries), OpEmbeddings, false, `{"temperature":0.5,"max_tokens":1}`, `{"temperature":0.5,"max_tokens":1}`},

		{"additional_drop_params", Rewrite{Drop: []string{"b", "d"}}, OpChat, false, `{"a":1,"b":[1,{"b":2}],"c":3 , "d":4}`, `{"a":1,"c":3}`},
		{
			"defaults are set where nothing is said",
			Rewrite{Defaults: []Param{{"temperature", []byte("0.5")}, {"seed", []byte("1")}}, Extra: []Param{{"x", []byte(`{"y":1}`)}}},
			OpChat, false,
			`{"seed":2}`, `{"temperature":0.5,"x":{"y":1},"seed":2}`,
		},
		{"a default limit under the model's name for it", Rewrite{Family: oSeries, Defaults: []Param{{"max_tokens", []byte("9")}}}, OpChat, false, `{"a":1}`, `{"max_completion_tokens":9,"a":1}`},
		{"a default limit gives way to any of the client's", Rewrite{Family: oSeries, Defaults: []Param{{"max_tokens", []byte("9")}}}, OpChat, false, `{"max_completion_tokens":1}`, `{"max_completion_tokens":1}`},
		{"a default that the model does not take is left out", Rewrite{Family: oSeries, Defaults: []Param{{"temperature", []byte("0.2")}}}, OpChat, false, `{"a":1}`, `{"a":1}`},
		{"a default effort counts", Rewrite{Family: gpt5None, DropParams: true, Defaults: []Param{{"reasoning_effort", []byte(`"high"`)}}}, OpChat, false, `{"temperature":0.2}`, `{"reasoning_effort":"high"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := apply(t, &tt.rewrite, tt.op, tt.in, tt.v1)
			if err != nil || got != tt.want {
				t.Errorf("\n got %s\nwant %s\nerror %v", got, tt.want, err)
			}
		})
	}
}

func TestWhatAReasoningModelDoesNotTakeIsRefusedByName(t *testing.T) {
	for in, want := range map[string]struct{ param, code string }{
		`{"temperature":0.7}`:                              {"temperature", "unsupported_value"},
		`{"temperature":"hot"}`:                            {"temperature", "unsupported_value"},
		`{"top_p":0.9}`:                                    {"top_p", "unsupported_parameter"},
		`{"presence_penalty":1}`:                           {"presence_penalty", "unsupported_parameter"},
		`{"frequency_penalty":-1}`:                         {"frequency_penalty", "unsupported_parameter"},
		`{"logprobs":true}`:                                {"logprobs", "unsupported_parameter"},
		`{"top_logprobs":2}`:                               {"top_logprobs", "unsupported_parameter"},
		`{"logit_bias":{"50256":-100}}`:                    {"logit_bias", "unsupported_parameter"},
		`{"temperature":0.7,"reasoning_effort":"minimal"}`: {"temperature", "unsupported_value"},
	} {
		for _, f := range []*Family{oSeries, oFirst, gpt5} {
			w := Rewrite{Family: f}
			_, err := apply(t, &w, OpChat, in, false)
			if err == nil || err.Status != 400 || err.Param != want.param || err.Code != want.code || !strings.Contains(err.Message, want.param) {
				t.Errorf("%s for %v: %v", in, f, err)
			}
		}
	}
	for _, in := range []string{`{"presence_penalty":1}`, `{"temperature":0.1,"reasoning_effort":"low"}`} {
		w := Rewrite{Family: gpt5None}
		if _, err := apply(t, &w, OpChat, in, false); err == nil {
			t.Errorf("%s passes for gpt-5.1", in)
		}
	}
	w := Rewrite{Family: gpt5}
	if _, err := apply(t, &w, OpResponses, `{"temperature":0.1}`, false); err == nil {
		t.Error("temperature passes on the Responses API")
	}
}

// TestBytesOutsideTheEditsAreIdentical rewrites every body of the corpus with
// every family and holds what is left against the original: without the
// rewritten members, both are the same bytes.
func TestBytesOutsideTheEditsAreIdentical(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "corpus", "*.json"))
	if err != nil || len(files) < 5 {
		t.Fatalf("corpus: %v, %v", files, err)
	}
	for _, file := range files {
		in, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range append([]*Family{general}, families...) {
			w := Rewrite{Model: "deployment", Family: f, DropParams: true}
			d := scanned(t, string(in))
			made, aerr := w.Apply(d, OpChat, true)
			out, changed := made.Bytes, made.Changed
			if aerr != nil || !changed {
				t.Fatalf("%s: changed %v, error %v", file, changed, aerr)
			}
			outDoc := scanned(t, string(out))
			want := map[string]string{}
			d.each(func(name string, m member) { want[name] = string(in[m.key:m.end]) })
			outDoc.each(func(name string, m member) {
				switch {
				case keyNamed(name) != keyUnknown:
				case want[name] != string(out[m.key:m.end]):
					t.Errorf("%s for %v: %s became %s", file, f, want[name], out[m.key:m.end])
				}
				delete(want, name)
			})
			for name := range want {
				if keyNamed(name) == keyUnknown {
					t.Errorf("%s for %v: %s is gone", file, f, name)
				}
			}
			if f == general && !bytes.Contains(in, []byte("developer")) {
				m := d.members[keyModel]
				exact := string(in[:m.value]) + `"deployment"` + string(in[m.end:])
				if string(out) != exact {
					t.Errorf("%s: more than the model was changed:\n%s", file, out)
				}
			}
		}
	}
}

func FuzzApply(f *testing.F) {
	f.Add([]byte(`{"model":"m","messages":[{"role":"developer","content":"x"}],"max_tokens":1,"temperature":0.1,"a":{}}`))
	f.Add([]byte(`{"max_completion_tokens":1,"max_tokens":2}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		var d Doc
		if d.Scan(in) != nil {
			return
		}
		for _, family := range append([]*Family{general}, families...) {
			w := Rewrite{Model: "dep", Family: family, DropParams: true, Drop: []string{"a"}, Defaults: []Param{{"max_tokens", []byte("1")}}}
			for _, op := range []*Operation{OpChat, OpResponses} {
				made, err := w.Apply(&d, op, true)
				out := made.Bytes
				if err != nil {
					t.Fatal(err)
				}
				if again, err := Restore(out, made.AppendUndo(nil)); err != nil || !bytes.Equal(again, in) {
					t.Fatalf("%q became %q, and that %q again: %v", in, out, again, err)
				}
				var again Doc
				if err := again.Scan(out); err != nil && err.Code == "invalid_json" {
					t.Fatalf("%q became %q: %v", in, out, err)
				}
			}
		}
	})
}

func BenchmarkApply(b *testing.B) {
	text := body(2 << 10)
	for name, w := range map[string]struct {
		rewrite Rewrite
		v1      bool
	}{
		"unchanged":           {Rewrite{Model: "dep", Family: general}, false},
		"model":               {Rewrite{Model: "dep", Family: general}, true},
		"reasoning unchanged": {Rewrite{Model: "dep", Family: oSeries}, false},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			var d Doc
			if err := d.Scan(text); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := w.rewrite.Apply(&d, OpChat, w.v1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
