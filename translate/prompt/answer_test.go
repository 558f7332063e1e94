package prompt_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/translate"
	"github.com/azproc/azproc/translate/prompt"
)

var update = flag.Bool("update", false, "write the golden files again")

func read(tb testing.TB, name string) string {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(filepath.Join("testdata", name), []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(read(t, name), got); diff != "" {
		t.Error(diff)
	}
}

func answer(tb testing.TB) translate.Answer {
	tb.Helper()
	sent, refusal := prompt.Translator{}.Request(ask(`{` + hello + `}`))
	if refusal != nil {
		tb.Fatal(refusal)
	}
	return sent.Answer
}

// streamed is what the client gets of a stream that comes in the given pieces.
func streamed(tb testing.TB, pieces ...string) string {
	tb.Helper()
	w := translate.Writer{Answer: answer(tb), Form: translate.FormEvents, Status: 200}
	var got []byte
	for i, p := range pieces {
		got, _ = w.Append(got, []byte(p), i == len(pieces)-1)
	}
	return string(got)
}

func TestACompletionIsOneOfChat(t *testing.T) {
	got, err := answer(t).Whole([]byte(read(t, "whole.json")))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "whole.golden.json", string(got))
}

func TestEachEventIsAChunk(t *testing.T) {
	golden(t, "stream.golden.sse", streamed(t, read(t, "stream.sse")))
}

func TestAnySplitGivesTheSame(t *testing.T) {
	stream := read(t, "stream.sse")
	want := streamed(t, stream)
	for cut := range len(stream) {
		if got := streamed(t, stream[:cut], stream[cut:]); got != want {
			t.Fatalf("cut at %d:\n%s", cut, cmp.Diff(want, got))
		}
	}
	if got := streamed(t, strings.Split(stream, "")...); got != want {
		t.Errorf("byte by byte:\n%s", cmp.Diff(want, got))
	}
	if got := streamed(t, strings.ReplaceAll(stream, "\n", "\r\n")); got != want {
		t.Errorf("with CRLF:\n%s", cmp.Diff(want, got))
	}
}

func TestEveryChunkIsOutBeforeTheNextEvent(t *testing.T) {
	w := translate.Writer{Answer: answer(t), Form: translate.FormEvents, Status: 200}
	for _, event := range strings.SplitAfter(read(t, "stream.sse"), "\n\n") {
		got, _ := w.Append(nil, []byte(event), false)
		if n := strings.Count(string(got), "\n\n"); n != strings.Count(event, "\n\n") || (n > 0 && !strings.HasSuffix(string(got), "\n\n")) {
			t.Errorf("of\n%scame\n%s", event, got)
		}
	}
}

func TestThePythonSDKReadsTheAnswers(t *testing.T) {
	sdk, err := filepath.Abs("../../.cache/python")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(sdk, "openai")); err != nil {
		t.Fatal("the SDKs are not installed: run make sdk")
	}
	python := exec.CommandContext(t.Context(), "python3", "testdata/sdk.py", "testdata")
	python.Env = append(os.Environ(), "PYTHONPATH="+sdk, "PYTHONDONTWRITEBYTECODE=1")
	if out, err := python.CombinedOutput(); err != nil || string(out) != "read\n" {
		t.Errorf("%v\n%s", err, out)
	}
}

const (
	head    = `{"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":`
	newHead = `{"object":"chat.completion.chunk","id":"chatcmpl-1","created":1,"model":"m","choices":`
)

func TestAStreamEndsWithDoneOrAnError(t *testing.T) {
	word := "data: " + head + `[{"text":"a","index":0,"finish_reason":null}]}` + "\n\n"
	last := "data: " + head + `[{"text":"","index":0,"finish_reason":"stop"}]}` + "\n\n"
	failed := `data: {"error":{"message":"No.","type":"server_error","param":null,"code":null}}` + "\n\n"
	brokenOff := string(translate.Failure(nil, translate.BrokenOff()))
	unreadable := `data: {"error":{"code":"invalid_answer","message":"The model's answer could not be read.","param":null,"type":"server_error"}}` + "\n\n"
	for name, c := range map[string]struct{ stream, end string }{
		"one that is whole":              {word + last + "data: [DONE]\n\n", "data: [DONE]\n\n"},
		"one without [DONE]":             {word + last, "data: [DONE]\n\n"},
		"one whose end has a blank":      {word + "data: [DONE] \n\n" + word, "data: [DONE]\n\n"},
		"one that says more after it":    {word + "data: [DONE]\n\n" + word, "data: [DONE]\n\n"},
		"one that broke off":             {word, brokenOff},
		"one that broke off in an event": {word + last + "data: [DO", brokenOff},
		"one of two choices that broke off": {
			"data: " + head + `[{"text":"a","index":1,"finish_reason":null}]}` + "\n\n" + last, brokenOff,
		},
		"one that never began":  {"", brokenOff},
		"one that failed":       {word + failed, failed},
		"one that is no stream": {"data: <html>\n\n", unreadable},
		"one of something else": {"data: {\"a\":1}\n\n", unreadable},
		"one with an odd index": {"data: " + head + `[{"text":"a","index":-1}]}` + "\n\n", unreadable},
		"one with a huge index": {"data: " + head + `[{"text":"a","index":99999999}]}` + "\n\n", unreadable},
	} {
		t.Run(name, func(t *testing.T) {
			got := streamed(t, c.stream)
			events := strings.SplitAfter(got, "\n\n")
			if last := events[len(events)-2]; last != c.end {
				t.Errorf("the end is %q, want %q", last, c.end)
			}
			if strings.Contains(got, c.end+"data:") {
				t.Errorf("something comes after the end:\n%s", got)
			}
		})
	}
}

func TestLeadingBlanksAreTakenFromTheFirstWords(t *testing.T) {
	chunk := func(text string) string {
		return "data: " + head + `[{"text":` + text + `,"index":0,"finish_reason":null}]}` + "\n\n"
	}
	got := streamed(t, chunk(`"\n\n"`)+chunk(`" \t\r"`)+chunk(`" Hi"`)+chunk(`" you "`)+chunk(`""`)+chunk("null"))
	want := "" +
		"data: " + newHead + `[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]}` + "\n\n" +
		"data: " + newHead + `[{"index":0,"delta":{},"logprobs":null,"finish_reason":null}]}` + "\n\n" +
		"data: " + newHead + `[{"index":0,"delta":{"content":"Hi"},"logprobs":null,"finish_reason":null}]}` + "\n\n" +
		"data: " + newHead + `[{"index":0,"delta":{"content":" you "},"logprobs":null,"finish_reason":null}]}` + "\n\n" +
		"data: " + newHead + `[{"index":0,"delta":{},"logprobs":null,"finish_reason":null}]}` + "\n\n" +
		"data: " + newHead + `[{"index":0,"delta":{},"logprobs":null,"finish_reason":null}]}` + "\n\n"
	if !strings.HasPrefix(got, want) {
		t.Error(cmp.Diff(want, got))
	}
}

func TestAnEventOfSeveralLinesIsOneLine(t *testing.T) {
	got := streamed(t, "data: "+head+"[],\n", "data: \"usage\":{\n", "data: \"total_tokens\":1}}\n\n")
	events := strings.SplitAfter(got, "\n\n")
	if want := "data: " + newHead + `[],"usage":{"total_tokens":1}}` + "\n\n"; events[0] != want {
		t.Errorf("got %q, want %q", events[0], want)
	}
}

func TestATokenWithoutAProbabilityHasTheLeast(t *testing.T) {
	got, err := answer(t).Whole([]byte(`{"choices":[{"text":"a","logprobs":{"tokens":["a","b"],"token_logprobs":[null]}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"token":"a","logprob":-9999.0,"bytes":null,"top_logprobs":[]},{"token":"b","logprob":-9999.0,"bytes":null,"top_logprobs":[]}]`
	if l := gjson.GetBytes(got, "choices.0.logprobs.content").Raw; l != want {
		t.Errorf("got %s", l)
	}
}

func TestWhatIsNoCompletionIsAnError(t *testing.T) {
	for _, body := range []string{"", "[]", "<html>", `{"choices":1}`, `{"choices":[1]}`, head + `[`, `{"error":{}}`} {
		if got, err := answer(t).Whole([]byte(body)); err == nil {
			t.Errorf("%q: %s", body, got)
		}
	}
	if e := answer(t).Failure(429, []byte(`{"error":{}}`)); e != nil {
		t.Errorf("errors are OpenAI's already, and this one became %v", e)
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte(read(f, "stream.sse")), 40)
	f.Add([]byte(read(f, "whole.json")), 0)
	f.Add([]byte("data: "+head+`[{"text":1,"logprobs":{"tokens":[1],"top_logprobs":[1]}}]}`+"\n\n"), 1)
	f.Fuzz(func(t *testing.T, body []byte, cut int) {
		if whole, err := answer(t).Whole(body); err == nil && !gjson.ValidBytes(whole) {
			t.Errorf("of %q came %q", body, whole)
		}
		cut = max(0, min(cut, len(body)))
		got, want := streamed(t, string(body[:cut]), string(body[cut:])), streamed(t, string(body))
		if got != want {
			t.Errorf("cut at %d: %q, else %q", cut, got, want)
		}
		var s translate.Splitter
		if err := s.Split([]byte(got), func(e translate.Event) error {
			if string(e.Data) != "[DONE]" && !gjson.ValidBytes(e.Data) {
				t.Errorf("of %q came %q", body, e.Data)
			}
			return nil
		}); err != nil || s.Open() {
			t.Errorf("the stream %q is no whole one", got)
		}
	})
}

func BenchmarkEvent(b *testing.B) {
	a := answer(b)
	e := translate.Event{Data: []byte(head + `[{"text":" word","index":0,"finish_reason":null,"logprobs":null,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}],"usage":null}`)}
	b.ReportAllocs()
	var dst []byte
	for b.Loop() {
		dst, _ = a.Event(dst[:0], e)
	}
}
