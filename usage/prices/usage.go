package prices

import "time"

// Usage is what a request has used. Counts below zero count as none.
type Usage struct {
	Tier Tier

	// Input are all tokens that went in, those from and to the cache too:
	// prompt_tokens or input_tokens of OpenAI. (Anthropic's input_tokens leave
	// the cache out: add cache_read_input_tokens and cache_creation_input_tokens.)
	Input int64
	// Cached are those of Input that came from the cache, CacheWrite those that
	// went into it, CacheWrite1h those of CacheWrite that stay for an hour.
	Cached, CacheWrite, CacheWrite1h int64
	// AudioInput and ImageInput are those of Input that are no text, CachedAudio
	// and CachedImage those of them that are part of Cached.
	AudioInput, ImageInput, CachedAudio, CachedImage int64

	// Output are all tokens that came out, Reasoning, AudioOutput and
	// ImageOutput those of them that are no plain text.
	Output, Reasoning, AudioOutput, ImageOutput int64

	// Characters are what speech was made of.
	Characters int64
	// Audio is how long what was transcribed or spoken is, in time; Video what
	// was filmed. Both count in microseconds.
	Audio, Video time.Duration
	// Images are the images that were made.
	Images Images
	// Searches of the web, in the answer's output; SearchSize is low, medium or
	// high ("" is medium).
	Searches   int64
	SearchSize string
	// Sessions of the code interpreter, Queries of a ranking, Pages read.
	Sessions, Queries, Pages int64
}

// Images are images that were made for one request, all alike.
type Images struct {
	Number int64
	// Width and Height are in pixels; 0 is 1024.
	Width, Height int64
	// Quality is standard, hd, low, medium or high; "" and auto are standard.
	Quality string
}
