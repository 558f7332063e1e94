package azure

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestABatchRemembersTheKeyThatMadeIt(t *testing.T) {
	tags := NewTags("s")
	proof := `billing/app ` + tags.batchProof("billing/app", "file-1")
	for name, tt := range map[string]struct{ body, want string }{
		"no metadata":      {`{"input_file_id":"file-1"}`, `{"metadata":{"azproc_key":"PROOF"},"input_file_id":"file-1"}`},
		"null":             {`{"input_file_id":"file-1","metadata":null}`, `{"input_file_id":"file-1","metadata":{"azproc_key":"PROOF"}}`},
		"empty metadata":   {`{"metadata": { } ,"input_file_id":"file-1"}`, `{"metadata": {"azproc_key":"PROOF" } ,"input_file_id":"file-1"}`},
		"some metadata":    {`{"metadata": {"a":"b"},"input_file_id":"file-1"}`, `{"metadata": {"azproc_key":"PROOF","a":"b"},"input_file_id":"file-1"}`},
		"one that is made": {`{"metadata":{"a":"b","azproc_key":"rich AAAAAAAAAAAA"},"input_file_id":"file-1"}`, `{"metadata":{"a":"b","azproc_key":"PROOF"},"input_file_id":"file-1"}`},
		"no metadata's":    {`{"metadata":"x","input_file_id":"file-1"}`, `{"metadata":"x","input_file_id":"file-1"}`},
		"no JSON":          {`{"metadata"`, `{"metadata"`},
	} {
		want := strings.Replace(tt.want, "PROOF", proof, 1)
		got := tags.SignBatch([]byte(tt.body), "billing/app")
		if string(got) != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		if key := tags.BatchKey(got); (key == "billing/app") != strings.Contains(tt.want, "PROOF") {
			t.Errorf("%s: read as %q", name, key)
		}
	}
	full := make(map[string]string)
	for i := range mostMetadata {
		full[fmt.Sprint(i)] = "x"
	}
	text, err := json.Marshal(full)
	if err != nil {
		t.Fatal(err)
	}
	body := `{"metadata":` + string(text) + `}`
	if got := tags.SignBatch([]byte(body), "k"); string(got) != body {
		t.Errorf("metadata that is full has become %s", got)
	}
	if got := tags.SignBatch([]byte(`{}`), strings.Repeat("k", longestMetadata)); string(got) != `{}` {
		t.Errorf("a long name: %s", got)
	}
}

func TestAKeyThatAClientHasWrittenIsNotBelieved(t *testing.T) {
	tags := NewTags("s")
	good := string(tags.SignBatch([]byte(`{"id":"batch_1","input_file_id":"file-1"}`), "k"))
	blob := string(tags.SignBatch([]byte(`{"input_file_id":"","input_blob":"https://b/1"}`), "k"))
	for name, tt := range map[string]struct{ batch, want string }{
		"as it was made":     {good, "k"},
		"of a blob":          {strings.Replace(blob, `"input_file_id":""`, `"input_file_id":null`, 1), "k"},
		"written otherwise":  {strings.Replace(good, "file-1", `file\u002d1`, 1), "k"},
		"of another blob":    {strings.Replace(blob, "https://b/1", "https://b/2", 1), ""},
		"of another file":    {strings.Replace(good, "file-1", "file-2", 1), ""},
		"of another key":     {strings.Replace(good, `"k `, `"l `, 1), ""},
		"without a proof":    {`{"input_file_id":"file-1","metadata":{"azproc_key":"k"}}`, ""},
		"without a name":     {`{"input_file_id":"file-1","metadata":{"azproc_key":" "}}`, ""},
		"no text":            {`{"input_file_id":"file-1","metadata":{"azproc_key":7}}`, ""},
		"without metadata":   {`{"input_file_id":"file-1","metadata":null}`, ""},
		"of another gateway": {string(NewTags("t").SignBatch([]byte(`{"input_file_id":"file-1"}`), "k")), ""},
		"no JSON":            {good[1:], ""},
	} {
		if got := tags.BatchKey([]byte(tt.batch)); got != tt.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func FuzzSignBatch(f *testing.F) {
	f.Add([]byte(`{"input_file_id":"file-1","metadata":{"a":"b"}}`), "k")
	tags := NewTags("s")
	f.Fuzz(func(t *testing.T, body []byte, key string) {
		tags.BatchKey(body)
		signed := tags.SignBatch(body, key)
		if json.Valid(body) && !json.Valid(signed) {
			t.Errorf("%q has become %q", body, signed)
		}
	})
}
