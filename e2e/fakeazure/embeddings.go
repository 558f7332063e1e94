package fakeazure

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"math/rand/v2"
	"net/http"
	"strings"
)

type embeddingsRequest struct {
	Input          embeddingsInput `json:"input"`
	EncodingFormat string          `json:"encoding_format"`
	Dimensions     *int            `json:"dimensions"`
}

// embeddingsInput is a text, texts, tokens, or lists of tokens; each as the
// JSON that it came in or, for a text, the text.
type embeddingsInput []string

func (in *embeddingsInput) UnmarshalJSON(data []byte) error {
	var items []json.RawMessage
	if json.Unmarshal(data, &items) != nil || (len(items) > 0 && items[0][0] >= '0' && items[0][0] <= '9') {
		items = []json.RawMessage{data} // one text, or one list of tokens
	}
	for _, item := range items {
		text := string(bytes.TrimSpace(item))
		if strings.HasPrefix(text, `"`) {
			if err := json.Unmarshal(item, &text); err != nil {
				return err
			}
		}
		*in = append(*in, text)
	}
	return nil
}

// tokens of one input: those that it has as a list, else its words.
func inputTokens(input string) int {
	if strings.HasPrefix(input, "[") {
		return strings.Count(input, ",") + 1
	}
	return len(tokenize(input))
}

func (c *call) embeddings() {
	var q embeddingsRequest
	if wrong := c.decode(&q); wrong != nil {
		c.fail(wrong)
		return
	}
	size := 1536
	if strings.HasPrefix(c.deployed.Model, "text-embedding-3-large") {
		size = 3072
	}
	switch {
	case len(q.Input) == 0:
		c.fail(missing("input"))
		return
	case q.Dimensions == nil:
	case !strings.HasPrefix(c.deployed.Model, "text-embedding-3"):
		c.fail(invalid("dimensions", "", "This model does not support specifying dimensions."))
		return
	case *q.Dimensions < 1 || *q.Dimensions > size:
		c.fail(invalid("dimensions", "", "Invalid value for 'dimensions' = %d. Must be less than or equal to %d.", *q.Dimensions, size))
		return
	default:
		size = *q.Dimensions
	}
	if c.azure() && strings.Contains(strings.Join(q.Input, "\n"), FilterPrompt) {
		c.fail(filtered())
		return
	}
	data, tokens := []object{}, 0
	for i, input := range q.Input {
		tokens += inputTokens(input)
		floats := vector(input, size)
		var value any = floats
		if q.EncodingFormat == "base64" {
			value = base64Floats(floats)
		}
		data = append(data, object{"object": "embedding", "index": i, "embedding": value})
	}
	c.json(http.StatusOK, object{
		"object": "list", "data": data, "model": c.deployed.replyModel(),
		"usage": object{"prompt_tokens": tokens, "total_tokens": tokens},
	})
}

// vector is of length 1 and depends on the text alone.
func vector(text string, size int) []float32 {
	random := rand.New(rand.NewChaCha8(sha256.Sum256([]byte(text))))
	v, sum := make([]float64, size), 0.0
	for i := range v {
		v[i] = random.NormFloat64()
		sum += v[i] * v[i]
	}
	unit := make([]float32, size)
	for i := range v {
		unit[i] = float32(v[i] / math.Sqrt(sum))
	}
	return unit
}

// base64Floats is the form that the SDKs ask for: little-endian float32.
func base64Floats(v []float32) string {
	var b bytes.Buffer
	_ = binary.Write(&b, binary.LittleEndian, v) // a bytes.Buffer does not fail
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

func base64Of(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
