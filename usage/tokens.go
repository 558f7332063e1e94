package usage

import (
	"strings"

	"github.com/tidwall/gjson"
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
	// Characters are those of a text that was spoken.
	Characters int64
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

// parse reads one window.
func parse(window string) (t Tokens, ok bool) {
	_, text, found := strings.Cut(window, `"usage"`)
	if !found {
		return t, false
	}
	object := whole(strings.TrimLeft(text, " :"))
	for _, c := range counts {
		for _, path := range c.paths {
			if v := gjson.Get(object, path); v.Type == gjson.Number && v.Num >= 0 {
				*c.of(&t), ok = v.Int(), true
				break
			}
		}
	}
	if v := gjson.Get(object, "seconds"); v.Type == gjson.Number && v.Num >= 0 {
		t.Milliseconds, ok = int64(v.Num*1000+0.5), true
	}
	// Anthropic counts what it read from a cache and wrote to one beside the input.
	read, written := gjson.Get(object, "cache_read_input_tokens"), gjson.Get(object, "cache_creation_input_tokens")
	if read.Exists() || written.Exists() {
		t.Cached, t.CacheWrite = read.Int(), written.Int()
		t.Input += t.Cached + t.CacheWrite
	}
	return t, ok
}

// whole is the object at the beginning of a text. One that was cut loses its last
// member, which may be half a number.
func whole(text string) string {
	depth, member := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return text[:i+1]
			}
			member = i + 1
		case ',':
			member = i
		}
	}
	return text[:member]
}
