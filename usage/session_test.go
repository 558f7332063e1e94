package usage

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestASessionIsReadModelByModel(t *testing.T) {
	const a, b = `"usage":{"model":"a","input_tokens":10,"input_tokens_details":{"cached_tokens":4,"audio_tokens":3,"cached_tokens_details":{"audio_tokens":2}},"output_tokens":5,"seconds":1.500}`, `"usage":{"model":"b","input_tokens":1,"output_tokens":2}`
	partA := Part{"a", Tokens{Input: 10, Cached: 4, AudioIn: 3, CachedAudio: 2, Output: 5, Milliseconds: 1500}}
	partB := Part{"b", Tokens{Input: 1, Output: 2}}
	for told, want := range map[string][]Part{
		"":                               nil,
		a:                                {partA},
		a + b:                            {partB, partA},
		`"usage":{"input_tokens":7}`:     {{"", Tokens{Input: 7}}},
		`"usage":{"model":"c"}` + b:      {partB},
		b + `"usage":{"input_tokens":12`: {partB},
	} {
		if diff := cmp.Diff(want, ParseSession(told)); diff != "" {
			t.Errorf("%s: %s", told, diff)
		}
	}
	if sum, ok := Sum([]Part{partA, partB}); !ok || sum != (Tokens{Input: 11, Cached: 4, AudioIn: 3, CachedAudio: 2, Output: 7, Milliseconds: 1500}) {
		t.Errorf("%+v, %v", sum, ok)
	}
	if sum, ok := Sum(nil); ok || sum != (Tokens{}) {
		t.Errorf("%+v", sum)
	}
}

func FuzzParseSession(f *testing.F) {
	f.Add(`"usage":{"model":"a","input_tokens":10}"usage":{"input_tokens":1`)
	f.Fuzz(func(t *testing.T, told string) {
		for _, p := range ParseSession(told) {
			if p.Tokens.Input < 0 || p.Tokens.Output < 0 {
				t.Errorf("%q: %+v", told, p)
			}
		}
	})
}
