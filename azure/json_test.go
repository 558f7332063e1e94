package azure

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func scanned(t testing.TB, body string) *Doc {
	t.Helper()
	d := new(Doc)
	if err := d.Scan([]byte(body)); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return d
}

func TestScanFindsTheModelWhereverAndHoweverItIsWritten(t *testing.T) {
	for body, want := range map[string]string{
		`{"model":"m"}`: "m",
		" \r\n\t{ \"a\" : [1,{\"model\":\"no\"}] , \"model\" : \"m\" } \n": "m",
		`{"mod\u0065l":"\u006d/\"x\""}`:                                    `m/"x"`,
		`{"messages":"\"model\":\"no\"","model":"é"}`:                      "é",
		`{"model":null}`: "",
		`{}`:             "",
		`{"Model":"no"}`: "",
	} {
		model, present, err := scanned(t, body).Model()
		if err != nil || model != want || present != (want != "") {
			t.Errorf("%s: %q, %v, %v", body, model, present, err)
		}
	}
	for _, body := range []string{`{"model":1}`, `{"model":["m"]}`, `{"model":{}}`, `{"model":true}`} {
		if _, _, err := scanned(t, body).Model(); err == nil || err.Param != "model" {
			t.Errorf("%s: error %v", body, err)
		}
	}
}

func TestScanSaysAtWhichByteTheTextStopsBeingJSON(t *testing.T) {
	for body, at := range map[string]int{
		`{`:                                      1,
		`{"a"}`:                                  4,
		`{"a":}`:                                 5,
		`{"a":1,}`:                               7,
		`{"a":1 "b":2}`:                          7,
		`{"a":[1,]}`:                             8,
		`{"a":[1 2]}`:                            8,
		`{"a":{"b":1,}}`:                         12,
		`{"a":tru}`:                              5,
		`{"a":01}`:                               6,
		`{"a":1.}`:                               7,
		`{"a":-}`:                                6,
		`{"a":1e}`:                               7,
		`{"a":+1}`:                               5,
		`{"a":NaN}`:                              5,
		`{"a":'x'}`:                              5,
		`{"a":"x}`:                               8,
		"{\"a\":\"x\ny\"}":                       7,
		`{"a":"\x"}`:                             6,
		`{"a":"\u12g4"}`:                         6,
		`{"a":1}x`:                               7,
		`{"a":1}{"b":2}`:                         7,
		`{a:1}`:                                  1,
		`{"a":"0123456789abcdef` + "\x01" + `"}`: 22,
	} {
		err := new(Doc).Scan([]byte(body))
		if err == nil || err.Status != 400 || !strings.HasSuffix(err.Message, fmt.Sprintf("at byte %d.", at)) {
			t.Errorf("%q: error %v, want byte %d", body, err, at)
		}
		if json.Valid([]byte(body)) {
			t.Errorf("%q is valid: the test is wrong", body)
		}
	}
}

func TestScanFindsTheEndOfAStringAtAnyDistance(t *testing.T) {
	for before := range 20 {
		for _, s := range []string{`"`, "\x1f", "\x00", `\"`, `\\`, `\\"`, `\u0022`, `\u00`, `\x`, "\x7f", "\x80", "\xff", "!", "#", "[", "]", " ", ""} {
			for after := range 10 {
				body := []byte(`{"a":"` + strings.Repeat("x", before) + s + strings.Repeat("y", after) + `"}`)
				if err := new(Doc).Scan(body); (err == nil) != json.Valid(body) {
					t.Errorf("%q: error %v", body, err)
				}
			}
		}
	}
}

func TestScanRefusesWhatIsNoObjectOrAmbiguous(t *testing.T) {
	for body, say := range map[string]string{
		"":                                     "empty",
		"  ":                                   "empty",
		`[{"model":"m"}]`:                      "must be a JSON object",
		`"model"`:                              "must be a JSON object",
		"\xef\xbb\xbf{}":                       "byte order mark",
		`{"model":"a","model":"b"}`:            `"model" twice`,
		`{"model":"a","mod\u0065l":"b"}`:       `"model" twice`,
		`{"stream":true,"x":1,"stream":false}`: `"stream" twice`,
		`{"a":` + strings.Repeat("[", 600) + strings.Repeat("]", 600) + `}`: "deeper than 512",
	} {
		if err := new(Doc).Scan([]byte(body)); err == nil || err.Status != 400 || !strings.Contains(err.Message, say) {
			t.Errorf("%.40q: error %v, want one that says %q", body, err, say)
		}
	}
	scanned(t, `{"unknown":1,"unknown":2}`) // none of azproc's business
	scanned(t, `{"a":`+strings.Repeat("[", 500)+strings.Repeat("]", 500)+`}`)
}

func TestScanAllocatesNothing(t *testing.T) {
	body := []byte(`{"model":"m","messages":[{"role":"user","content":"hi \u00e9 \" there"}],"temperature":1.0}`)
	var d Doc
	if n := testing.AllocsPerRun(100, func() { _ = d.Scan(body) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzScan holds the scanner against encoding/json: the same texts are JSON, and
// a found model is the model.
func FuzzScan(f *testing.F) {
	for _, s := range []string{
		`{"model":"m","messages":[{"role":"user","content":"x\u00e9\\"}],"n":-1.5e+3,"z":[[],{},null,true,false]}`,
		`{"a":[1,2,{"b":[]}],"stream":true}`, `{`, `{}`, ` [1] `, `{"a":"\ud800"}`, `{"a":00}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var d Doc
		err := d.Scan(body)
		if err != nil {
			if err.Code == "invalid_json" && json.Valid(body) && bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) && !strings.Contains(err.Message, "deeper") {
				t.Fatalf("%q is JSON: %v", body, err)
			}
			return
		}
		var whole map[string]json.RawMessage
		if jsonErr := json.Unmarshal(body, &whole); jsonErr != nil {
			t.Fatalf("%q is no JSON: %v", body, jsonErr)
		}
		var want string
		if json.Unmarshal(whole["model"], &want) == nil {
			if got, _, err := d.Model(); err != nil || got != want {
				t.Fatalf("%q: model %q, %v; want %q", body, got, err, want)
			}
		}
	})
}

func body(size int) []byte {
	return []byte(`{"model":"gpt-4o","messages":[{"role":"user","content":"` + strings.Repeat("a word and then some more words, ", size/33) + `"}],"stream":true}`)
}

func BenchmarkScan(b *testing.B) {
	for name, size := range map[string]int{"2KB": 2 << 10, "64KB": 64 << 10, "1MB": 1 << 20} {
		b.Run(name, func(b *testing.B) {
			text := body(size)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			var d Doc
			for b.Loop() {
				if err := d.Scan(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
