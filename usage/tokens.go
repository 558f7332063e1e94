package usage

import (
	"strconv"
	"strings"
)

// Tokens are what one answer says that it used, each kind counted in the unit that the
// price lists have it in. A kind that is part of another is counted in both.
type Tokens struct {
	// Input are all tokens of the request; Cached are those of them that were read
	// from a cache, CacheWrite those written to one, AudioIn and ImageIn those of
	// sound and of images, CachedAudio those of sound that were read from a cache.
	Input, Cached, CacheWrite, AudioIn, ImageIn, CachedAudio int64
	// Output are all tokens of the answer; Reasoning are those of them that nobody
	// sees, AudioOut and ImageOut those of sound and of images.
	Output, Reasoning, AudioOut, ImageOut int64
	// Characters are those of a text that was spoken, Images those that were asked
	// for.
	Characters, Images int64
	// Milliseconds are the length of a sound that was written down.
	Milliseconds int64
}

// Total are the tokens in and out together: what limits are counted in.
func (t Tokens) Total() int64 { return t.Input + t.Output }

// counts say where each kind stands in the object usage: of chat completions,
// completions and embeddings (OpenAI API reference, "usage"), of Responses, images and
// transcriptions, and of Anthropic's Messages. The first that is there counts.
var counts = []struct {
	of    func(*Tokens) *int64
	paths []string
}{
	{func(t *Tokens) *int64 { return &t.Input }, []string{"prompt_tokens", "input_tokens"}},
	{func(t *Tokens) *int64 { return &t.Output }, []string{"completion_tokens", "output_tokens"}},
	{func(t *Tokens) *int64 { return &t.Cached }, []string{"prompt_tokens_details.cached_tokens", "input_tokens_details.cached_tokens", "input_token_details.cached_tokens"}},
	{func(t *Tokens) *int64 { return &t.CacheWrite }, []string{"prompt_tokens_details.cache_write_tokens", "input_tokens_details.cache_write_tokens"}},
	{func(t *Tokens) *int64 { return &t.AudioIn }, []string{"prompt_tokens_details.audio_tokens", "input_tokens_details.audio_tokens", "input_token_details.audio_tokens"}},
	{func(t *Tokens) *int64 { return &t.ImageIn }, []string{"prompt_tokens_details.image_tokens", "input_tokens_details.image_tokens", "input_token_details.image_tokens"}},
	{func(t *Tokens) *int64 { return &t.CachedAudio }, []string{"input_tokens_details.cached_tokens_details.audio_tokens", "input_token_details.cached_tokens_details.audio_tokens"}},
	{func(t *Tokens) *int64 { return &t.Reasoning }, []string{"completion_tokens_details.reasoning_tokens", "output_tokens_details.reasoning_tokens", "output_tokens_details.thinking_tokens"}},
	{func(t *Tokens) *int64 { return &t.AudioOut }, []string{"completion_tokens_details.audio_tokens", "output_tokens_details.audio_tokens", "output_token_details.audio_tokens"}},
	{func(t *Tokens) *int64 { return &t.ImageOut }, []string{"completion_tokens_details.image_tokens", "output_tokens_details.image_tokens"}},
}

// Parse reads the windows behind "usage" in an answer, the first and the last that it
// has, each cut after some hundred bytes. Of each count the largest is right, as
// streams tell the same again and again, growing. ok is false when there is nothing
// to read.
func Parse(windows ...string) (t Tokens, ok bool) {
	for _, w := range windows {
		one, found := parse(w)
		if !found {
			continue
		}
		ok = true
		for _, c := range counts {
			of := c.of(&t)
			*of = max(*of, *c.of(&one))
		}
		t.Milliseconds = max(t.Milliseconds, one.Milliseconds)
	}
	return t, ok
}

// rank says which count stands at a path, and at which place among those that it may
// stand at.
type rank struct{ count, place int8 }

// ranks are counts by their paths.
var ranks = func() map[string]rank {
	all := make(map[string]rank)
	for i, c := range counts {
		for j, path := range c.paths {
			all[path] = rank{int8(i), int8(j)}
		}
	}
	return all
}()

// parse reads one window.
func parse(window string) (t Tokens, ok bool) {
	_, text, found := strings.Cut(window, `"usage"`)
	if !found {
		return t, false
	}
	var (
		from      [16]int8 // of each count, the place that it was found at, from 1; 0 is not yet
		cached    int64
		anthropic bool
	)
	numbers(strings.TrimLeft(text, " :"), func(path []byte, number string) {
		r, counted := ranks[string(path)]
		switch {
		case counted:
			n, whole := integer(number)
			if whole && (from[r.count] == 0 || r.place+1 < from[r.count]) {
				*counts[r.count].of(&t), from[r.count], ok = n, r.place+1, true
			}
		case string(path) == "seconds":
			if s, err := strconv.ParseFloat(number, 64); err == nil && s >= 0 && s < 1e9 {
				t.Milliseconds, ok = int64(s*1000+0.5), true
			}
		case string(path) == "cache_read_input_tokens":
			cached, _ = integer(number)
			anthropic = true
		case string(path) == "cache_creation_input_tokens":
			t.CacheWrite, _ = integer(number)
			anthropic = true
		}
	})
	if anthropic { // which counts what it read from a cache and wrote to one beside the input
		t.Cached = cached
		t.Input += t.Cached + t.CacheWrite
	}
	return t, ok
}

// mostCounted is more than anything is counted to: what is above is no count.
const mostCounted = 1 << 50

// integer reads a count, of which some write 12 as 12.0. ok is false for what is none.
func integer(number string) (n int64, ok bool) {
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		var f float64
		if f, err = strconv.ParseFloat(number, 64); err == nil && f < mostCounted {
			n = int64(f)
		}
	}
	if err != nil || n < 0 || n > mostCounted {
		return 0, false
	}
	return n, true
}
