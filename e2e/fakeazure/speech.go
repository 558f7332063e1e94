package fakeazure

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"net/http"
)

type speechRequest struct {
	Input          string `json:"input"`
	Voice          any    `json:"voice"`
	ResponseFormat string `json:"response_format"`
	StreamFormat   string `json:"stream_format"`
}

// speechTypes are the content types of the formats.
var speechTypes = map[string]string{
	"": "audio/mpeg", "mp3": "audio/mpeg", "opus": "audio/opus", "aac": "audio/aac",
	"flac": "audio/flac", "wav": "audio/wav", "pcm": "audio/pcm",
}

const speechPart = 16 << 10 // bytes of one part of a spoken answer

func (c *call) speech() {
	var q speechRequest
	if wrong := c.decode(&q); wrong != nil {
		c.fail(wrong)
		return
	}
	contentType, known := speechTypes[q.ResponseFormat]
	switch {
	case q.Input == "":
		c.fail(missing("input"))
		return
	case q.Voice == nil:
		c.fail(missing("voice"))
		return
	case !known:
		c.fail(invalid("response_format", "invalid_value", "Invalid value: '%s'. Supported values are: 'mp3', 'opus', 'aac', 'flac', 'wav', and 'pcm'.", q.ResponseFormat))
		return
	}
	data := sound(q.ResponseFormat, q.Input, c.options.Size)
	if q.StreamFormat == "sse" {
		a := c.events()
		for rest := data; len(rest) > 0; {
			n := min(speechPart, len(rest))
			a.data("", object{"type": "speech.audio.delta", "audio": base64Of(rest[:n])})
			rest = rest[n:]
		}
		words := len(tokenize(q.Input))
		a.data("", object{"type": "speech.audio.done", "usage": object{"input_tokens": words, "output_tokens": 10 * words, "total_tokens": 11 * words}})
		a.end()
		return
	}
	a := c.begin(http.StatusOK, contentType, -1)
	for rest := data; len(rest) > 0; {
		n := min(speechPart, len(rest))
		a.part(rest[:n])
		rest = rest[n:]
	}
	a.end()
}

// sound is noise that depends on the text alone, of size bytes (or, for 0, of a
// tenth of a second); as wav it is a file that players accept.
func sound(format, text string, size int) []byte {
	if size <= 0 {
		size = 44 + 4800
	}
	noise := rand.NewChaCha8(sha256.Sum256([]byte(text)))
	data := make([]byte, size)
	_, _ = noise.Read(data) // never fails
	if format == "wav" && size >= 44 {
		copy(data, wavHeader(size-44))
	}
	return data
}

// wavHeader is that of 24 kHz 16-bit mono PCM, as Azure speaks.
func wavHeader(length int) []byte {
	var b bytes.Buffer
	for _, field := range []any{
		[]byte("RIFF"), uint32(36 + length), []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1),
		uint32(24000), uint32(48000), uint16(2), uint16(16), []byte("data"), uint32(length),
	} {
		_ = binary.Write(&b, binary.LittleEndian, field) // a bytes.Buffer does not fail
	}
	return b.Bytes()
}
