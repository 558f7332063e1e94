package prices

import (
	"math/bits"
	"strings"
)

// Kinds is a set of kinds of use.
type Kinds uint32

// The kinds.
const (
	Input Kinds = 1 << iota
	Cached
	CacheWrite
	AudioInput
	CachedAudio
	ImageInput
	Output
	AudioOutput
	ImageOutput
	Characters
	Audio
	Video
	ImagesMade
	Searches
	Sessions
	Queries
	Pages
	// AtTier is any kind whose price in the request's tier is unknown.
	AtTier
)

// kindNames are their names, in the order of the bits.
var kindNames = []string{
	"input tokens", "cached tokens", "cache writes", "audio input tokens", "cached audio tokens", "image input tokens",
	"output tokens", "audio output tokens", "image output tokens", "characters", "seconds of audio", "seconds of video",
	"images", "web searches", "code interpreter sessions", "queries", "pages", "the service tier",
}

// String names the kinds, with commas between them; "" is none.
func (k Kinds) String() string {
	var names []string
	for ; k != 0; k &= k - 1 {
		names = append(names, kindNames[bits.TrailingZeros32(uint32(k))])
	}
	return strings.Join(names, ", ")
}
