package messages_test

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/translate"
)

// write makes the golden streams anew. Read what it wrote.
var write = flag.Bool("write", false, "write testdata/streams/*.chunks")

// askFor is the request that a recorded stream answers.
func askFor(name string) string {
	switch name {
	case "form":
		return formAsk
	case "cut":
		return plainAsk
	}
	return usageAsk
}

// stream runs a stream through the translator in pieces that end at cuts.
func stream(t testing.TB, ask string, body []byte, cuts ...int) string {
	t.Helper()
	w := translate.Writer{Answer: answerTo(t, ask), Form: translate.FormEvents, Status: 200}
	var out []byte
	from := 0
	for _, cut := range append(cuts, len(body)) {
		piece := bytes.Clone(body[from:cut])
		var err error
		if out, err = appendPiece(&w, out, piece, cut == len(body)); err != nil {
			t.Fatal(err)
		}
		for i := range piece { // the bytes are the caller's again
			piece[i] = '#'
		}
		from = cut
	}
	return string(out)
}

func appendPiece(w *translate.Writer, dst, piece []byte, last bool) ([]byte, error) {
	dst, e := w.Append(dst, piece, last)
	if e != nil {
		return dst, e
	}
	return dst, nil
}

// streams gives the recorded streams by name.
func streams(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/streams/*.sse")
	if err != nil || len(files) < 8 {
		t.Fatal(files, err)
	}
	all := make(map[string][]byte)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".sse")
		all[name] = readFile(t, "streams/"+name+".sse")
	}
	return all
}

func TestStreams(t *testing.T) {
	for name, body := range streams(t) {
		t.Run(name, func(t *testing.T) {
			got := stream(t, askFor(name), body)
			golden := "testdata/streams/" + name + ".chunks"
			if *write {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(readFile(t, "streams/"+name+".chunks")), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnySplitOfAStreamGivesTheSame(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, body := range streams(t) {
		want := stream(t, askFor(name), body)
		for cut := 1; cut < len(body); cut++ {
			if got := stream(t, askFor(name), body, cut); got != want {
				t.Fatalf("%s cut at %d: %s", name, cut, cmp.Diff(want, got))
			}
		}
		for range 100 {
			var cuts []int
			for at := 0; ; {
				if at += 1 + random.IntN(60); at >= len(body) {
					break
				}
				cuts = append(cuts, at)
			}
			if got := stream(t, askFor(name), body, cuts...); got != want {
				t.Fatalf("%s cut at %v: %s", name, cuts, cmp.Diff(want, got))
			}
		}
	}
}

func TestEveryEventIsAnsweredAtOnce(t *testing.T) {
	w := translate.Writer{Answer: answerTo(t, usageAsk), Form: translate.FormEvents, Status: 200}
	for _, step := range []struct{ event, want string }{
		{`{"type":"message_start","message":{"id":"msg_1","model":"c","usage":{}}}`, `"role":"assistant"`},
		{`{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`, ""},
		{`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"one"}}`, `"content":"one"`},
		{`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"two"}}`, `"content":"two"`},
		{`{"type":"content_block_stop","index":0}`, ""},
		{`{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}`, `"name":"f"`},
		{`{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"a"}}`, `"arguments":"{\"a"`},
		{`{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":3}}`, `"finish_reason":"tool_calls"`},
		{`{"type":"message_stop"}`, "data: [DONE]\n\n"},
	} {
		got, err := w.Append(nil, []byte("data: "+step.event+"\n\n"), false)
		if err != nil || !strings.Contains(string(got), step.want) || step.want == "" && len(got) > 0 {
			t.Errorf("%s\n%s, %v", step.event, got, err)
		}
	}
}

func TestNothingComesBehindTheEnd(t *testing.T) {
	for name, event := range map[string]string{
		"of an error":  `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`,
		"of a message": `{"type":"message_stop"}`,
	} {
		t.Run(name, func(t *testing.T) {
			a := answerTo(t, usageAsk)
			if out, err := a.Event(nil, translate.Event{Data: []byte(event)}); err != nil || len(out) == 0 {
				t.Fatalf("%s, %v", out, err)
			}
			out, err := a.Event(nil, translate.Event{Data: []byte(`{"type":"content_block_delta","delta":{"type":"text_delta","text":"x"}}`)})
			if err != nil || len(out) > 0 || len(a.End(nil, true)) > 0 || len(a.End(nil, false)) > 0 {
				t.Errorf("%s, %v", out, err)
			}
		})
	}
}

func TestAStreamWithoutItsEndBrokeOff(t *testing.T) {
	for _, whole := range []bool{true, false} {
		out := string(answerTo(t, usageAsk).End(nil, whole))
		if !strings.Contains(out, `"stream_interrupted"`) || strings.Contains(out, "[DONE]") {
			t.Errorf("%s", out)
		}
	}
}

func TestAnEventThatIsNoJSONIsAnError(t *testing.T) {
	if out, err := answerTo(t, usageAsk).Event(nil, translate.Event{Data: []byte(`{"type":`)}); err == nil {
		t.Errorf("%s", out)
	}
}

func FuzzEvent(f *testing.F) {
	for _, body := range streams(f) {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, ask := range []string{usageAsk, formAsk} {
			var s translate.Splitter
			out := stream(t, ask, body)
			if err := s.Split([]byte(out), func(e translate.Event) error {
				if string(e.Data) != "[DONE]" && !gjson.ValidBytes(e.Data) {
					t.Errorf("%q", e.Data)
				}
				return nil
			}); err != nil || s.Open() {
				t.Errorf("%q, %v", out, err)
			}
		}
	})
}

func BenchmarkEvent(b *testing.B) {
	a := answerTo(b, usageAsk)
	start := translate.Event{Name: "message_start", Data: []byte(`{"type":"message_start","message":{"id":"msg_1","model":"claude-opus-4-6","usage":{"input_tokens":1}}}`)}
	delta := translate.Event{Name: "content_block_delta", Data: []byte(`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Here's the current weather"}}`)}
	dst, err := a.Event(nil, start)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if dst, err = a.Event(dst[:0], delta); err != nil {
			b.Fatal(err)
		}
	}
}
