package usage

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/azproc/azproc/config"
)

// Record is one request when it is over: what was asked for, who served it and what it
// used. There is one for every request that reached the gateway, also of those that it
// refused and of those whose client left.
type Record struct {
	// Time is when the request came.
	Time time.Time
	// Request is its x-request-id.
	Request string
	// Operation, Model and Key are what was asked for, and by whom; "" is unknown. Of
	// a request without a key they are "".
	Operation, Model, Key string
	// Group is the model group that Model belongs to, "" for none: of a wildcard its
	// model_name. It names the model where there may be only so many names.
	Group string
	// Deployment is who served last, "" for nobody.
	Deployment string
	// Status is the HTTP status that the client got; 0 is none.
	Status   int
	Stream   bool
	Attempts int
	// Duration is how long it took, and First how long until the first byte of the
	// answer; 0 is unknown.
	Duration, First time.Duration
	// Tokens is what it used. Estimated says that nobody told: it is a guess by the
	// sizes.
	Tokens    Tokens
	Estimated bool
	// Tier is the service tier that its price is of, "" for the usual one.
	Tier string
	// Cost is what it cost, in pico-dollars (config.MicroDollar), where Priced;
	// otherwise nobody knows.
	Cost   int64
	Priced bool
	// Left says that the client left before the end.
	Left bool
	// Error is in few words what went wrong: a code of Azure's or azproc's.
	Error string
}

// bytesPerToken is what English text has, and bytesPerChunk what a chunk of a stream
// has for each token: the text is the least of it.
const (
	bytesPerToken = 4
	bytesPerChunk = 250
)

// Estimate is what a request may have used of which nothing is told, by the sizes of
// its bodies in bytes.
func Estimate(received, sent int64, stream bool) Tokens {
	out := sent / bytesPerToken
	if stream {
		out = sent / bytesPerChunk
	}
	return Tokens{Input: received / bytesPerToken, Output: out}
}

// Append appends the record as one line of JSON, for the access log. What is unknown is
// left out, but for the cost, which says so. Nothing of a prompt or an answer is in it.
func (r *Record) Append(b []byte) []byte {
	b = append(b, `{"time":"`...)
	b = r.Time.UTC().AppendFormat(b, "2006-01-02T15:04:05.000Z")
	b = append(b, '"')
	for _, f := range [...]struct{ name, text string }{
		{"request_id", r.Request}, {"operation", r.Operation}, {"model", r.Model}, {"deployment", r.Deployment}, {"key", r.Key},
	} {
		if f.text != "" {
			b = appendText(b, f.name, f.text)
		}
	}
	b = appendNumber(b, "status", int64(r.Status))
	if r.Stream {
		b = append(b, `,"stream":true`...)
	}
	b = appendNumber(b, "attempts", int64(r.Attempts))
	b = appendMillis(b, "duration_ms", r.Duration)
	if r.First > 0 {
		b = appendMillis(b, "first_byte_ms", r.First)
	}
	for _, f := range [...]struct {
		name string
		n    int64
	}{
		{"input_tokens", r.Tokens.Input},
		{"output_tokens", r.Tokens.Output},
		{"cached_tokens", r.Tokens.Cached},
		{"cache_write_tokens", r.Tokens.CacheWrite},
		{"reasoning_tokens", r.Tokens.Reasoning},
		{"audio_input_tokens", r.Tokens.AudioIn},
		{"audio_output_tokens", r.Tokens.AudioOut},
		{"image_input_tokens", r.Tokens.ImageIn},
		{"image_output_tokens", r.Tokens.ImageOut},
		{"characters", r.Tokens.Characters},
		{"images", r.Tokens.Images},
		{"audio_ms", r.Tokens.Milliseconds},
	} {
		if f.n != 0 {
			b = appendNumber(b, f.name, f.n)
		}
	}
	if r.Estimated {
		b = append(b, `,"estimated":true`...)
	}
	if r.Tier != "" {
		b = appendText(b, "service_tier", r.Tier)
	}
	switch {
	case r.Priced:
		b = append(b, `,"cost":`...)
		b = appendDollars(b, r.Cost)
	case r.Tokens != (Tokens{}):
		b = append(b, `,"cost":"unknown"`...)
	}
	if r.Left {
		b = append(b, `,"client_left":true`...)
	}
	if r.Error != "" {
		b = appendText(b, "error", r.Error)
	}
	return append(b, "}\n"...)
}

func appendText(b []byte, name, text string) []byte {
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":`...)
	for i := range len(text) {
		if c := text[i]; c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			quoted, err := json.Marshal(text)
			if err != nil { // strings always marshal
				return append(b, `""`...)
			}
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, text...)
	return append(b, '"')
}

func appendNumber(b []byte, name string, n int64) []byte {
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":`...)
	return strconv.AppendInt(b, n, 10)
}

func appendMillis(b []byte, name string, d time.Duration) []byte {
	b = appendNumber(b, name, d.Milliseconds())
	b = append(b, '.')
	tenths := d.Microseconds() % 1000 / 100
	return strconv.AppendInt(b, tenths, 10)
}

// appendDollars appends pico-dollars as dollars, exactly: six digits behind the point,
// and more where there are more.
func appendDollars(b []byte, pico int64) []byte {
	const dollar = config.Dollar * config.MicroDollar
	b = strconv.AppendInt(b, pico/dollar, 10)
	point := len(b)
	b = strconv.AppendInt(b, dollar+pico%dollar, 10) // its first digit is the point's place
	b[point] = '.'
	for len(b) > point+7 && b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	return b
}
