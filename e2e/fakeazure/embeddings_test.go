package fakeazure

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"net/http"
	"testing"
)

func TestEmbeddings(t *testing.T) {
	s := start(t, standard())
	r := classic(t, s, "embed", "embeddings", `{"input":["one two","three"]}`)
	want(t, "status", r.Status, http.StatusOK)
	want(t, "model", r.JSON(t, "model"), "text-embedding-3-small")
	want(t, "tokens", r.JSON(t, "usage.prompt_tokens"), 3.0)
	want(t, "second index", r.JSON(t, "data.1.index"), 1.0)
	floats := r.JSON(t, "data.0.embedding").([]any)
	want(t, "dimensions", len(floats), 1536)
	sum := 0.0
	for _, f := range floats {
		sum += f.(float64) * f.(float64)
	}
	if math.Abs(sum-1) > 1e-5 {
		t.Errorf("squared length %v, want 1", sum)
	}

	coded := classic(t, s, "embed", "embeddings", `{"input":"one two","encoding_format":"base64"}`)
	data, err := base64.StdEncoding.DecodeString(coded.JSON(t, "data.0.embedding").(string))
	if err != nil || len(data) != 4*1536 {
		t.Fatalf("base64: %d bytes, %v", len(data), err)
	}
	first := math.Float32frombits(binary.LittleEndian.Uint32(data))
	if math.Abs(float64(first)-floats[0].(float64)) > 1e-6 {
		t.Errorf("base64 begins with %v, floats with %v", first, floats[0])
	}
	s.Check(t)
}

func TestEmbeddingsInputs(t *testing.T) {
	s := start(t, standard())
	for _, row := range []struct {
		name, deployment, body string
		status, vectors, size  int
	}{
		{"one list of tokens", "embed", `{"input":[1,2,3]}`, 200, 1, 1536},
		{"lists of tokens", "ada", `{"input":[[1,2],[3]],"model":"text-embedding-ada-002"}`, 200, 2, 1536},
		{"dimensions", "embed", `{"input":"x","dimensions":64}`, 200, 1, 64},
		{"too many dimensions", "embed", `{"input":"x","dimensions":4096}`, 400, 0, 0},
		{"dimensions that ada has not", "ada", `{"input":"x","dimensions":64}`, 400, 0, 0},
		{"no input", "embed", `{}`, 400, 0, 0},
		{"a filtered input", "embed", `{"input":"[[filter]]"}`, 400, 0, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := classic(t, s, row.deployment, "embeddings", row.body)
			want(t, "status", r.Status, row.status)
			if row.status == 200 {
				want(t, "vectors", len(r.JSON(t, "data").([]any)), row.vectors)
				want(t, "dimensions", len(r.JSON(t, "data.0.embedding").([]any)), row.size)
			}
		})
	}
}
