package messages_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/translate"
	"github.com/azproc/azproc/translate/messages"
)

// passed are the members whose values are passed on as the client wrote them: what
// is wrong in them Anthropic says itself.
var passed = []string{
	`"thinking"`, `"top_k"`, `"output_config"`, `"cache_control"`, `"container"`, `"inference_geo"`,
	`"diagnostics"`, `"speed"`, `"input_schema"`, `_20`, `"source"`, `\`,
}

func FuzzRequest(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		var cases []testCase
		if json.Unmarshal(readFile(f, filepath.Base(file)), &cases) != nil {
			continue
		}
		for _, c := range cases {
			if len(c.Chat) > 0 {
				f.Add([]byte(c.Chat), c.Base, c.Drop)
			}
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, base string, drop bool) {
		if !json.Valid(body) {
			return
		}
		sent, err := messages.Translator{}.Request(&translate.Ask{Body: body, Model: "m", Base: base, DropParams: drop})
		if err != nil {
			if err.Status != 400 || err.Message == "" {
				t.Errorf("%v", err)
			}
			return
		}
		if !gjson.ValidBytes(sent.Body) {
			t.Fatalf("%s\ngives %s", body, sent.Body)
		}
		for _, name := range passed {
			if bytes.Contains(body, []byte(name)) {
				return
			}
		}
		checkRequest(t, sent.Body)
	})
}

func BenchmarkRequest(b *testing.B) {
	image := strings.Repeat("iVBORw0K", 1<<17) // 1 MiB
	for _, c := range []struct{ name, body string }{
		{"short", plainAsk},
		{"image", `{"model":"x","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"What is it?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,` + image + `"}}]}],"temperature":0.2}`},
		{"text", `{"model":"x","messages":[{"role":"user","content":"` + strings.Repeat(`Line of text.\n`, 1<<16) + `"}]}`},
	} {
		b.Run(c.name, func(b *testing.B) {
			ask := translate.Ask{Body: []byte(c.body), Model: "m", Base: "claude-sonnet-4-5"}
			b.ReportAllocs()
			b.SetBytes(int64(len(c.body)))
			for b.Loop() {
				if _, err := (messages.Translator{}).Request(&ask); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
