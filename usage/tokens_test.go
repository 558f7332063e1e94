package usage

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheUsageOfEveryAPIIsRead(t *testing.T) {
	for name, tt := range map[string]struct {
		windows []string
		want    Tokens
	}{
		"chat": {
			[]string{`"usage":{"completion_tokens":20,"completion_tokens_details":{"accepted_prediction_tokens":0,"audio_tokens":3,"reasoning_tokens":8,"rejected_prediction_tokens":0},"prompt_tokens":100,"prompt_tokens_details":{"audio_tokens":5,"cached_tokens":64},"total_tokens":120}}`},
			Tokens{Input: 100, Cached: 64, AudioIn: 5, Output: 20, Reasoning: 8, AudioOut: 3},
		},
		"with blanks": {[]string{`"usage": {"prompt_tokens": 7, "completion_tokens" : 2, "total_tokens": 9}`}, Tokens{Input: 7, Output: 2}},
		"embeddings":  {[]string{`"usage":{"prompt_tokens":5,"total_tokens":5}}`}, Tokens{Input: 5}},
		"responses": {
			[]string{`"usage":{"input_tokens":37,"input_tokens_details":{"cached_tokens":4},"output_tokens":11,"output_tokens_details":{"reasoning_tokens":1},"total_tokens":48}`},
			Tokens{Input: 37, Cached: 4, Output: 11, Reasoning: 1},
		},
		"images": {
			[]string{`"usage":{"input_tokens":50,"input_tokens_details":{"image_tokens":40,"text_tokens":10},"output_tokens":4160,"output_tokens_details":{"image_tokens":4160,"text_tokens":0},"total_tokens":4210}`},
			Tokens{Input: 50, ImageIn: 40, Output: 4160, ImageOut: 4160},
		},
		"a transcription by tokens": {
			[]string{`"usage":{"type":"tokens","total_tokens":27,"input_tokens":14,"input_token_details":{"text_tokens":0,"audio_tokens":14},"output_tokens":13}`},
			Tokens{Input: 14, AudioIn: 14, Output: 13},
		},
		"a transcription by time": {[]string{`"usage":{"type":"duration","seconds":9.4}`}, Tokens{Milliseconds: 9400}},
		"messages": {
			[]string{`"usage":{"input_tokens":10,"cache_creation_input_tokens":200,"cache_read_input_tokens":3000,"output_tokens":25,"service_tier":"standard"}}`},
			Tokens{Input: 3210, Cached: 3000, CacheWrite: 200, Output: 25},
		},
		"a stream of messages": {
			[]string{`"usage":{"input_tokens":10,"cache_creation_input_tokens":0,"cache_read_input_tokens":30,"output_tokens":1}},"x":1`, `"usage":{"output_tokens":15}}`},
			Tokens{Input: 40, Cached: 30, Output: 15},
		},
		"a stream of messages that tells all at its end": {
			[]string{`"usage":{"input_tokens":10,"output_tokens":1}`, `"usage":{"input_tokens":12,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":15}}`},
			Tokens{Input: 12, Output: 15},
		},
		"a window that is cut within a number": {[]string{`"usage":{"prompt_tokens":100,"completion_tokens":20`}, Tokens{Input: 100}},
		"a window that is cut within details":  {[]string{`"usage":{"prompt_tokens":100,"completion_tokens":20,"prompt_tokens_details":{"cached_tokens":64,"audio_to`}, Tokens{Input: 100, Output: 20, Cached: 64}},
	} {
		got, ok := Parse(tt.windows...)
		if diff := cmp.Diff(tt.want, got); !ok || diff != "" {
			t.Errorf("%s: %v\n%s", name, ok, diff)
		}
	}
}

func TestWhatIsNoUsageIsNotCounted(t *testing.T) {
	for _, w := range []string{"", `"usage":`, `"usage":null`, `"usage":{}`, `"usage":{"total_tokens":5}`, `"usage":{"prompt_tokens":"7"}`, `"usage":{"prompt_tokens":-7}`, `"usage":{"prompt_tokens":1`, `"usages":{"prompt_tokens":1}`} {
		if got, ok := Parse(w); ok {
			t.Errorf("%s: %+v", w, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`"usage":{"prompt_tokens":100,"completion_tokens":20}`, `"usage":{"output_tokens":1`)
	f.Fuzz(func(t *testing.T, a, b string) {
		if got, ok := Parse(a, b); ok && (got.Input < 0 || got.Output < 0 || got.Cached < 0) {
			t.Errorf("%q, %q: %+v", a, b, got)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	const chat = `"usage":{"completion_tokens":20,"completion_tokens_details":{"accepted_prediction_tokens":0,"audio_tokens":3,"reasoning_tokens":8,"rejected_prediction_tokens":0},"prompt_tokens":100,"prompt_tokens_details":{"audio_tokens":5,"cached_tokens":64},"total_tokens":120}`
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := Parse(chat, ""); !ok {
			b.Fatal("nothing is told")
		}
	}
}
