package normal_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/translate"
	"github.com/azproc/azproc/translate/normal"
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

const withUsage = `{"stream":true,"stream_options":{"include_usage":true}}`

func answer(tb testing.TB, request string) translate.Answer {
	tb.Helper()
	sent, refusal := normal.Translator{}.Request(&translate.Ask{Body: []byte(request), Stream: true})
	if refusal != nil || string(sent.Body) != request {
		tb.Fatalf("%v, %s", refusal, sent.Body)
	}
	return sent.Answer
}

// streamed is what the client gets of a stream that comes in the given pieces.
func streamed(tb testing.TB, request string, pieces ...string) string {
	tb.Helper()
	w := translate.Writer{Answer: answer(tb, request), Form: translate.FormEvents, Status: 200}
	var got []byte
	for i, p := range pieces {
		got, _ = w.Append(got, []byte(p), i == len(pieces)-1)
	}
	return string(got)
}

func TestAzuresStreamsBecomeOpenAIs(t *testing.T) {
	for _, name := range []string{"azure", "asynchronous"} {
		t.Run(name, func(t *testing.T) {
			got := streamed(t, withUsage, read(t, name+".sse"))
			golden := name + ".golden.sse"
			if *update {
				if err := os.WriteFile(filepath.Join("testdata", golden), []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(read(t, golden), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnySplitGivesTheSame(t *testing.T) {
	for _, name := range []string{"azure.sse", "asynchronous.sse"} {
		stream := read(t, name)
		want := streamed(t, withUsage, stream)
		for cut := range len(stream) {
			if got := streamed(t, withUsage, stream[:cut], stream[cut:]); got != want {
				t.Fatalf("%s, cut at %d:\n%s", name, cut, cmp.Diff(want, got))
			}
		}
		if got := streamed(t, withUsage, strings.Split(stream, "")...); got != want {
			t.Errorf("%s, byte by byte:\n%s", name, cmp.Diff(want, got))
		}
		if got := streamed(t, withUsage, strings.ReplaceAll(stream, "\n", "\r\n")); got != want {
			t.Errorf("%s, with CRLF:\n%s", name, cmp.Diff(want, got))
		}
	}
}

func TestAnOpenAIStreamStaysAsItIs(t *testing.T) {
	golden := read(t, "azure.golden.sse")
	if got := streamed(t, withUsage, golden); got != golden {
		t.Error(cmp.Diff(golden, got))
	}
	golden = read(t, "asynchronous.golden.sse")
	if got := streamed(t, withUsage, golden); got != golden {
		t.Error(cmp.Diff(golden, got))
	}
}

func TestEveryChunkIsOutBeforeTheNextEvent(t *testing.T) {
	w := translate.Writer{Answer: answer(t, withUsage), Form: translate.FormEvents, Status: 200}
	var all []byte
	for _, event := range strings.SplitAfter(read(t, "azure.sse"), "\n\n") {
		got, _ := w.Append(nil, []byte(event), false)
		if dropped := strings.Contains(event, "prompt_filter"); !dropped && string(got) != event {
			t.Errorf("of\n%scame\n%s", event, got)
		}
		all = append(all, got...)
	}
	if string(all) != read(t, "azure.golden.sse") {
		t.Errorf("all of it is\n%s", all)
	}
}

// first is a chunk from which the others can be completed.
const first = `{"id":"chatcmpl-1","object":"chat.completion.chunk","created":5,"model":"gpt-4o","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}`

func TestChunksAreLeftOutCompletedOrPassed(t *testing.T) {
	const (
		void  = `{"id":"","object":"","created":0,"model":"","choices":`
		whole = `"id":"chatcmpl-1","object":"chat.completion.chunk","created":5,"model":"gpt-4o"`
	)
	for name, c := range map[string]struct{ in, out string }{
		"what the filter says of the prompt is left out": {void + `[],"prompt_filter_results":[]}`, ""},
		"so is a chunk of nothing":                       {void + `[]}`, ""},
		"so is one with a late finding":                  {void + `[{"index":0,"finish_reason":null,"logprobs":null,"content_filter_results":{},"content_filter_raw":[],"content_filter_offsets":{}}],"usage":null}`, ""},
		"so is one whose delta is null":                  {void + `[{"index":0,"delta":null,"content_filter_results":{}}]}`, ""},
		"why the answer ended is kept":                   {void + `[{"index":0,"finish_reason":"content_filter","content_filter_results":{}}],"usage":null}`, `{"choices":[{"index":0,"finish_reason":"content_filter","content_filter_results":{},"delta":{}}],"usage":null,` + whole + `}`},
		"so is what is not known of a choice":            {void + `[{"index":0,"finish_reason":null,"new":1}]}`, `{"choices":[{"index":0,"finish_reason":null,"new":1,"delta":{}}],` + whole + `}`},
		"probabilities are something":                    {void + `[{"index":0,"finish_reason":null,"logprobs":{"content":[]},"delta":null}]}`, `{"choices":[{"index":0,"finish_reason":null,"logprobs":{"content":[]},"delta":{}}],` + whole + `}`},
		"a choice without a reason gets null":            {`{` + whole + `,"choices":[{"index":0,"delta":{"content":"a\u0062"}}]}`, `{` + whole + `,"choices":[{"index":0,"delta":{"content":"a\u0062"},"finish_reason":null}]}`},
		"of several choices, the mute go":                {`{` + whole + `,"choices":[{"index":0},{"delta":{},"finish_reason":null, "index":1},{"index":2,"finish_reason":"stop"}]}`, `{` + whole + `,"choices":[{"delta":{},"finish_reason":null, "index":1},{"index":2,"finish_reason":"stop","delta":{}}]}`},
		"a chunk without an id gets the stream's":        {`{"choices":[{"delta":{},"finish_reason":null}]}`, `{"choices":[{"delta":{},"finish_reason":null}],` + whole + `}`},
		"the usage that was asked for is kept":           {`{` + whole + `,"choices":[],"usage":{"total_tokens": 1}}`, `{` + whole + `,"choices":[],"usage":{"total_tokens": 1}}`},
		"with a finding beside it too":                   {void + `[{"index":0}],"usage":{"total_tokens": 1}}`, `{"choices":[],"usage":{"total_tokens": 1},` + whole + `}`},
		"a chunk of something else is kept":              {`{` + whole + `,"choices":[],"moderation":{}}`, `{` + whole + `,"choices":[],"moderation":{}}`},
		"a good one stays as it is":                      {`{ ` + whole + ` ,"choices":[ {"index":0, "delta":{},"finish_reason":"stop","content_filter_results":{}} ] }`, `{ ` + whole + ` ,"choices":[ {"index":0, "delta":{},"finish_reason":"stop","content_filter_results":{}} ] }`},
		"an error stays as it is":                        {`{"error":{"message":"No."}}`, `{"error":{"message":"No."}}`},
		"what is no JSON stays as it is":                 {`{"choices":[]`, `{"choices":[]`},
		"what has no list of choices too":                {`{"choices":null}`, `{"choices":null}`},
		"a list too":                                     {`[]`, `[]`},
	} {
		t.Run(name, func(t *testing.T) {
			before := "data: " + first + "\n\n"
			want := before
			if c.out != "" {
				want += "data: " + c.out + "\n\n"
			}
			if got := streamed(t, withUsage, before+"data: "+c.in+"\n\n"); got != want {
				t.Error(cmp.Diff(want, got))
			}
		})
	}
}

func TestUsageThatNobodyAskedForIsLeftOut(t *testing.T) {
	for request, want := range map[string]bool{
		withUsage:         true,
		`{"stream":true}`: false,
		`{"stream_options":{"include_usage":false}}`: false,
	} {
		got := streamed(t, request, read(t, "azure.sse"))
		if strings.Contains(got, `"total_tokens"`) != want {
			t.Errorf("%s:\n%s", request, got)
		}
	}
}

func TestWhatTheStreamDoesNotSayIsNotMadeUp(t *testing.T) {
	in := `{"id":"","object":"","created":0,"model":"","choices":[{"index":0,"finish_reason":"content_filter"}]}`
	want := `{"choices":[{"index":0,"finish_reason":"content_filter","delta":{}}],"id":"","object":"chat.completion.chunk","created":0,"model":""}`
	if got := streamed(t, withUsage, "data: "+in+"\n\n"); got != "data: "+want+"\n\n" {
		t.Error(cmp.Diff(want, got))
	}
}

func TestWhatIsNoStreamOfChunksStaysAsItIs(t *testing.T) {
	a := answer(t, withUsage)
	if got, err := a.Whole([]byte(`{"choices":[]}`)); err != nil || string(got) != `{"choices":[]}` {
		t.Errorf("%s, %v", got, err)
	}
	if e := a.Failure(429, []byte(`{}`)); e != nil {
		t.Errorf("the error is %v", e)
	}
	if got := a.End([]byte("a"), false); string(got) != "a" {
		t.Errorf("the end is %q", got)
	}
	event := "event: thread.run\ndata: {\"choices\":[]}\n\n"
	if got := streamed(t, withUsage, event); got != event {
		t.Errorf("of %q came %q", event, got)
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte(read(f, "azure.sse")), 100)
	f.Add([]byte(read(f, "asynchronous.sse")), 1000)
	f.Add([]byte("data: {\"choices\":[1,{},{\"delta\":1,\"a\":2}]}\n\n"), 5)
	f.Fuzz(func(t *testing.T, body []byte, cut int) {
		cut = max(0, min(cut, len(body)))
		got, want := streamed(t, withUsage, string(body[:cut]), string(body[cut:])), streamed(t, withUsage, string(body))
		if got != want {
			t.Errorf("cut at %d: %q, else %q", cut, got, want)
		}
		if again := streamed(t, withUsage, got); again != got {
			t.Errorf("%q is not normal: it becomes %q", got, again)
		}
		if valid(body) && !valid([]byte(got)) {
			t.Errorf("of %q came %q", body, got)
		}
	})
}

// valid is whether all of a stream's data are JSON.
func valid(stream []byte) bool {
	all := true
	var s translate.Splitter
	_ = s.Split(stream, func(e translate.Event) error {
		all = all && gjson.ValidBytes(e.Data)
		return nil
	})
	return all
}

func BenchmarkEvent(b *testing.B) {
	for name, data := range map[string]string{
		"passed":    `{"id":"chatcmpl-7rCN","object":"chat.completion.chunk","created":1692913344,"model":"gpt-4o-2024-11-20","system_fingerprint":"fp_1","choices":[{"index":0,"finish_reason":null,"logprobs":null,"delta":{"content":"Color"},"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}],"usage":null}`,
		"completed": `{"id":"","object":"","created":0,"model":"","choices":[{"index":0,"finish_reason":"content_filter","content_filter_results":{"protected_material_text":{"detected":true,"filtered":true}}}],"usage":null}`,
		"left out":  `{"id":"","object":"","created":0,"model":"","choices":[{"index":0,"finish_reason":null,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}},"content_filter_offsets":{"check_offset":44,"start_offset":44,"end_offset":198}}],"usage":null}`,
	} {
		b.Run(name, func(b *testing.B) {
			a := answer(b, withUsage)
			dst, _ := a.Event(nil, translate.Event{Data: []byte(first)})
			e := translate.Event{Data: []byte(data)}
			b.ReportAllocs()
			for b.Loop() {
				dst, _ = a.Event(dst[:0], e)
			}
		})
	}
}
