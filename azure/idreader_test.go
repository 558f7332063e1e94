package azure

import (
	"strings"
	"testing"
)

func TestTagsAreTakenOffWhereverIDsStandInAPath(t *testing.T) {
	tags := NewTags("s")
	r := tags.Resource("a")
	for _, path := range []string{
		"/v1/responses/⟨resp_1⟩", "/v1/responses/⟨resp_1⟩/input_items?limit=2&after=⟨msg_1⟩&order=asc",
		"/openai/threads/⟨thread_1⟩/runs/⟨run_1⟩?api-version=2024-05-01-preview", "/v1/files?after=⟨file-1⟩",
		"/v1/vector_stores/⟨vs_1⟩/files/⟨file-1⟩/content",
	} {
		var home Home
		got, err := tags.Path(want(r, path), &home)
		if err != nil || got != plain(path) || !home.Found || home.Code != r.Code {
			t.Errorf("%s: %s, %+v, %v", path, got, home, err)
		}
		encoded := strings.ReplaceAll(want(r, path), "~", "%7E")
		if got, err := tags.Path(encoded, new(Home)); err != nil || got != plain(path) {
			t.Errorf("%s: %s, %v", encoded, got, err)
		}
	}
}

func TestAPathWithoutTagsStaysAsItWasSent(t *testing.T) {
	tags := NewTags("s")
	for path, raw := range map[string]string{
		"/v1/chat/completions":                         "",
		"/openai/deployments/a%2Fb~c/chat/completions": "",
		"/v1/files/file-1/content?x=%zz&y=~":           "file-1",
		"/v1/batches?after=batch_1":                    "batch_1",
		"/v1/files/%zz":                                "",
	} {
		var home Home
		if got, err := tags.Path(path, &home); err != nil || got != path || home.Found || home.Raw != raw {
			t.Errorf("%s: %s, %+v, %v", path, got, home, err)
		}
	}
}

func TestTagsAreTakenOffInABody(t *testing.T) {
	tags := NewTags("s")
	r := tags.Resource("a")
	for _, body := range []string{
		`{"model":"m","previous_response_id":"⟨resp_1⟩","input":"hi"}`,
		`{"input_file_id" : "⟨file-1⟩" , "endpoint":"/chat/completions"}`,
		`{"file_ids":["⟨file-1⟩", "⟨file-2⟩",
  "⟨file-3⟩"],"vector_store_ids":["vs_raw","⟨vs_1⟩"]}`,
		`{"input":[{"type":"item_reference","id":"⟨rs_1⟩"},{"type":"reasoning","id":"⟨rs_2⟩","encrypted_content":"⟨gAAAAA+/==⟩"}]}`,
		`{"training_file":"⟨file-1⟩","conversation":"⟨conv_1⟩"}`,
	} {
		var home Home
		got, err := tags.Body([]byte(want(r, body)), &home)
		if err != nil || string(got) != plain(body) || home.Code != r.Code {
			t.Errorf("%s\n%s, %v", plain(body), got, err)
		}
	}
}

func TestTextThatIsNoIDStaysInTheBody(t *testing.T) {
	tags := NewTags("s")
	tagged := tags.Resource("a").Tagged("resp_1")
	for _, body := range []string{
		`{"model":"m","input":"` + tagged + `"}`,
		`{"messages":[{"role":"user","content":"see \"` + tagged + `"}]}`,
		`{"input":["` + tagged + `"],"previous_response_id":null}`,
		`{"a_id":"` + tagged + ` "}`, `{"a_id":"hello~123456789012"}`, `{"input":"~/src and ~~struck~~","id":"~"}`, `{"~":"~"}`, `~`, `"` + tagged + `"`,
		`{"input":["text, with","` + tagged + `"]}`,
	} {
		var home Home
		got, err := tags.Body([]byte(body), &home)
		if err != nil || string(got) != body || home.Found {
			t.Errorf("%s\n%s, %+v, %v", body, got, home, err)
		}
	}
}

func TestIDsThatWereChangedOrBelongApartAreRefused(t *testing.T) {
	tags := NewTags("s")
	a, b := tags.Resource("a"), tags.Resource("b")
	foreign := NewTags("other").Resource("a").Tagged("file-1")
	for name, tt := range map[string]struct {
		path, body string
		status     int
		code       string
	}{
		"a foreign id in the path":  {"/v1/files/" + foreign, ``, 404, "not_found"},
		"a foreign id in the query": {"/v1/files?after=" + foreign, ``, 404, "not_found"},
		"a foreign id in the body":  {"/v1/batches", `{"input_file_id":"` + foreign + `"}`, 404, "not_found"},
		"a tag that lost its end":   {"/v1/batches", `{"input_file_id":"` + a.Tagged("file-1")[:len("file-1")+tagSize-1] + `"}`, 404, "not_found"},
		"a tag that grew":           {"/v1/batches", `{"file_ids":["` + a.Tagged("file-1") + `x"]}`, 404, "not_found"},
		"a mark without a tag":      {"/v1/batches", `{"input_file_id":"file-1~"}`, 404, "not_found"},
		"a foreign sealed text":     {"/v1/responses", `{"input":[{"type":"reasoning","encrypted_content":"` + NewTags("other").Resource("a").Tagged("gAAAAA+/==") + `"}]}`, 404, "not_found"},
		"two resources in the body": {"/v1/responses", `{"file_ids":["` + a.Tagged("file-1") + `","` + b.Tagged("file-2") + `"]}`, 400, "mixed_resources"},
		"path and body":             {"/v1/vector_stores/" + a.Tagged("vs_1") + "/files", `{"file_id":"` + b.Tagged("file-2") + `"}`, 400, "mixed_resources"},
	} {
		var home Home
		_, err := tags.Path(tt.path, &home)
		if err == nil {
			_, err = tags.Body([]byte(tt.body), &home)
		}
		if err == nil || err.Status != tt.status || err.Code != tt.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzWhatIsTaggedIsTakenOffAgain(f *testing.F) {
	tags := NewTags("s")
	r := tags.Resource("a")
	f.Add([]byte(`{"id":"resp_1","file_ids":["file-1","file-2"],"encrypted_content":"gAAA"}`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		var d Doc
		if d.Scan(answer) != nil || strings.Contains(string(answer), "~") || strings.Contains(string(answer), `\`) {
			return
		}
		back, err := tags.Body(NewIDWriter(r, false).Append(nil, answer), new(Home))
		if err != nil || string(back) != string(answer) {
			t.Errorf("%q came back as %q, %v", answer, back, err)
		}
	})
}

func BenchmarkABodyWithoutTagsIsLookedThrough(b *testing.B) {
	tags := NewTags("s")
	body := []byte(`{"model":"m","input":"` + strings.Repeat("some words of a prompt. ", 85) + `"}`)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tags.Body(body, new(Home)); err != nil {
			b.Fatal(err)
		}
	}
}
