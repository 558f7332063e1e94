package replay_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/translate"
	"github.com/azproc/azproc/translate/replay"
)

// data are the data of a stream's events.
func data(tb testing.TB, stream []byte) []string {
	tb.Helper()
	var all []string
	var s translate.Splitter
	if err := s.Split(stream, func(e translate.Event) error {
		all = append(all, string(e.Data))
		return nil
	}); err != nil || s.Open() {
		tb.Fatalf("open: %t, %v", s.Open(), err)
	}
	return all
}

func TestTheGoSDKReadsTheCompletionInItsStream(t *testing.T) {
	for name, whole := range wholes(t, "chat") {
		t.Run(name, func(t *testing.T) {
			stream, err := replay.Chat(nil, whole, true)
			if err != nil {
				t.Fatal(err)
			}
			var read openai.ChatCompletionAccumulator
			chunks := data(t, stream)
			for _, d := range chunks[:len(chunks)-1] {
				var chunk openai.ChatCompletionChunk
				if err := json.Unmarshal([]byte(d), &chunk); err != nil {
					t.Fatal(err)
				}
				if !read.AddChunk(chunk) {
					t.Fatalf("the SDK does not take %s", d)
				}
			}
			var want openai.ChatCompletion
			if err := json.Unmarshal(whole, &want); err != nil {
				t.Fatal(err)
			}
			if read.ID != want.ID || read.Model != want.Model || read.Created != want.Created ||
				read.Usage.TotalTokens != want.Usage.TotalTokens ||
				read.Usage.CompletionTokensDetails.ReasoningTokens != want.Usage.CompletionTokensDetails.ReasoningTokens {
				t.Errorf("read %+v\nwant %+v", read.ChatCompletion, want)
			}
			if len(read.Choices) != len(want.Choices) {
				t.Fatalf("%d choices, want %d", len(read.Choices), len(want.Choices))
			}
			for _, w := range want.Choices {
				r := read.Choices[w.Index]
				if r.Message.Content != w.Message.Content || r.Message.Refusal != w.Message.Refusal ||
					r.FinishReason != w.FinishReason || len(r.Logprobs.Content) != len(w.Logprobs.Content) {
					t.Errorf("choice %d: read %+v\nwant %+v", w.Index, r, w)
				}
				for i, call := range w.Message.ToolCalls {
					if got := r.Message.ToolCalls[i]; got.ID != call.ID || got.Function.Name != call.Function.Name ||
						got.Function.Arguments != call.Function.Arguments {
						t.Errorf("call %d: read %+v, want %+v", i, got, call)
					}
				}
			}
		})
	}
}

func TestUsageIsInTheStreamWhenItIsAskedFor(t *testing.T) {
	whole := wholes(t, "chat")["testdata/chat-tools"]
	with, err := replay.Chat(nil, whole, true)
	if err != nil {
		t.Fatal(err)
	}
	chunks := data(t, with)
	last := len(chunks) - 2
	for i, c := range chunks[:last] {
		if u := gjson.Get(c, "usage"); !u.Exists() || u.Type != gjson.Null {
			t.Errorf("chunk %d has the usage %s", i, u.Raw)
		}
	}
	if got, want := gjson.Get(chunks[last], "usage").Raw, gjson.GetBytes(whole, "usage").Raw; got != want {
		t.Errorf("the usage is %s, want %s", got, want)
	}
	if got := gjson.Get(chunks[last], "choices").Raw; got != "[]" {
		t.Errorf("the last chunk has the choices %s", got)
	}
	without, err := replay.Chat(nil, whole, false)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(without, []byte("usage")) {
		t.Errorf("nobody asked for the usage:\n%s", without)
	}
	if got := data(t, without); len(got) != len(chunks)-1 || got[len(got)-1] != "[DONE]" {
		t.Errorf("%d events, the last is %s", len(got), got[len(got)-1])
	}
}

func TestWhatIsMissingIsNotMadeUp(t *testing.T) {
	for name, c := range map[string]struct{ whole, stream string }{
		"a completion without choices": {
			`{"id":"a","model":"m","created":1,"choices":[]}`,
			"data: [DONE]\n\n",
		},
		"a choice that is none": {`{"choices":[1]}`, "data: [DONE]\n\n"},
		"a choice without anything": {
			`{"choices":[{}]}`,
			`data: {"id":"","object":"chat.completion.chunk","created":0,"model":"","choices":[{"index":0,"delta":{"role":"assistant","content":null,"refusal":null},"logprobs":null,"finish_reason":null}]}` + "\n\n" +
				`data: {"id":"","object":"chat.completion.chunk","created":0,"model":"","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}` + "\n\n" +
				"data: [DONE]\n\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := replay.Chat(nil, []byte(c.whole), false)
			if err != nil || string(got) != c.stream {
				t.Errorf("%v, got\n%s\nwant\n%s", err, got, c.stream)
			}
		})
	}
}

func TestToolCallsAreCountedFromZero(t *testing.T) {
	for calls, want := range map[string]string{
		`[{"id":"a","index":7},{"index":7,"id":"b"}]`: `[{"index":0,"id":"a"}] [{"index":1,"id":"b"}]`,

		`{"a":{"id":"a"}}`: "",
		`[]`:               "",
	} {
		stream, err := replay.Chat(nil, []byte(`{"choices":[{"message":{"tool_calls":`+calls+`}}]}`), false)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range data(t, stream) {
			if c := gjson.Get(d, "choices.0.delta.tool_calls"); c.Exists() {
				got = append(got, c.Raw)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %s, want %s", calls, got, want)
		}
	}
}

func TestWhatIsNoCompletionIsAnError(t *testing.T) {
	for _, whole := range []string{"", "[]", `"choices"`, "null", `{"choices":`, `{"choices":null}`, `{"error":{"message":"no"}}`, "<html>"} {
		if got, err := replay.Chat([]byte("kept"), []byte(whole), true); err == nil || string(got) != "kept" {
			t.Errorf("%q: %v, %q", whole, err, got)
		}
	}
}

// checkStream holds what every stream has: events of JSON objects.
func checkStream(t *testing.T, whole, stream []byte) {
	t.Helper()
	for _, d := range data(t, stream) {
		if d != "[DONE]" && (!gjson.Valid(d) || !strings.HasPrefix(d, "{")) {
			t.Errorf("of %q came %q", whole, d)
		}
	}
}

func FuzzChat(f *testing.F) {
	for _, whole := range wholes(f, "chat") {
		f.Add(whole)
	}
	f.Add([]byte(`{"choices":[1,{"message":"a","index":"x"},{"message":{"tool_calls":"a","content":[{}]}}]}`))
	f.Fuzz(func(t *testing.T, whole []byte) {
		if stream, err := replay.Chat(nil, whole, true); err == nil {
			checkStream(t, whole, stream)
		}
	})
}

func BenchmarkChat(b *testing.B) {
	whole := wholes(b, "chat")["testdata/chat-azure"]
	b.ReportAllocs()
	b.SetBytes(int64(len(whole)))
	var dst []byte
	for b.Loop() {
		dst, _ = replay.Chat(dst[:0], whole, true)
	}
	b.ReportMetric(float64(len(data(b, dst))), "events/op")
}
