package azure

import "testing"

func TestTermsAreWhatThePriceDependsOn(t *testing.T) {
	for _, tt := range []struct {
		name string
		op   *Operation
		body string
		want Terms
	}{
		{"nothing said", OpChat, `{"model":"m"}`, Terms{}},
		{"a tier", OpChat, `{"service_tier":"priority"}`, Terms{Tier: "priority"}},
		{"a tier of a response", OpResponses, `{"service_tier":"flex","input":"x"}`, Terms{Tier: "flex"}},
		{"a tier that is left to Azure", OpChat, `{"service_tier":"auto"}`, Terms{}},
		{"a tier that is null", OpChat, `{"service_tier":null}`, Terms{}},
		{"a tier that is no word", OpChat, `{"service_tier":"a\u001fb"}`, Terms{}},
		{"a tier that is too long", OpChat, `{"service_tier":"aaaaaaaaaaaaaaaaa"}`, Terms{}},
		{"a tier within something else", OpChat, `{"metadata":{"service_tier":"flex"}}`, Terms{}},
		{"a tier of what has none", OpEmbeddings, `{"service_tier":"flex"}`, Terms{}},
		{"a speech", OpSpeech, `{"input":"hello"}`, Terms{Characters: 5}},
		{"one image", OpImages, `{"prompt":"x"}`, Terms{Images: 1}},
		{"several images", OpImages, `{"n":3,"size":"1024x1792","quality":"HD"}`, Terms{Images: 3, Width: 1024, Height: 1792, Quality: "hd"}},
		{"images of any size", OpImages, `{"n":null,"size":"auto","quality":"auto"}`, Terms{Images: 1}},
		{"images of no size", OpImages, `{"n":-1,"size":"-1x4","quality":7}`, Terms{Images: 1}},
		{"a size that is no text", OpImages, `{"size":1024}`, Terms{Images: 1}},
		{"what is no image", OpChat, `{"n":3,"size":"1024x1792","quality":"hd"}`, Terms{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var d Doc
			if err := d.Scan([]byte(tt.body)); err != nil {
				t.Fatal(err)
			}
			got := d.Terms(tt.op)
			if got != tt.want {
				t.Errorf("%+v", got)
			}
			if text := got.Append(nil); ParseTerms(string(text)) != got {
				t.Errorf("%s comes back as %+v", text, ParseTerms(string(text)))
			}
		})
	}
	if FormTerms(OpImageEdits) != (Terms{Images: 1}) || FormTerms(OpTranscriptions) != (Terms{}) {
		t.Error("forms")
	}
}

func TestTheTierIsTheClientsElseTheOperators(t *testing.T) {
	set := func(value string) *Rewrite {
		return &Rewrite{Extra: []Param{{Name: "x", Value: []byte(`"y"`)}, {Name: "service_tier", Value: []byte(value)}}}
	}
	for _, tt := range []struct {
		w     *Rewrite
		op    *Operation
		asked string
		want  string
	}{
		{&Rewrite{}, OpChat, "", ""},
		{&Rewrite{}, OpChat, "flex", "flex"},
		{set(`"priority"`), OpChat, "", "priority"},
		{set(`"priority"`), OpChat, "default", "default"},
		{set(`"auto"`), OpChat, "", ""},
		{set(`7`), OpChat, "", ""},
		{set(`"priority"`), OpEmbeddings, "", ""},
		{set(`"priority"`), nil, "", ""},
		{&Rewrite{Defaults: []Param{{Name: "service_tier", Value: []byte(`"flex"`)}}}, OpResponses, "", "flex"},
	} {
		if got := tt.w.Tier(tt.op, tt.asked); got != tt.want {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}

func TestTermsOfARequestForTextCostNothing(t *testing.T) {
	var d Doc
	if err := d.Scan([]byte(`{"model":"m","messages":[],"service_tier":"default"}`)); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { _ = d.Terms(OpEmbeddings) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzTermsAreReadOrLeft(f *testing.F) {
	f.Add("tpriority")
	f.Add("c12")
	f.Add("i2 1024 1536 hd")
	f.Add("i-2 x")
	f.Fuzz(func(t *testing.T, text string) {
		terms := ParseTerms(text)
		if again := ParseTerms(string(terms.Append(nil))); terms.Images > 0 || terms.Width+terms.Height == 0 && terms.Quality == "" {
			if again != terms {
				t.Errorf("%q is %+v, again %+v", text, terms, again)
			}
		}
	})
}
