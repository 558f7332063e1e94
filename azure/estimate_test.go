package azure

import (
	"strings"
	"testing"
)

func TestTokensAreEstimatedFromBytesAndLimits(t *testing.T) {
	pad := func(body string) string { // to 400 bytes, 100 tokens
		return body[:len(body)-1] + `,"x":"` + strings.Repeat("x", 400-len(body)-8+1) + `"}`
	}
	for _, tt := range []struct {
		name, body string
		op         *Operation
		want       int64
	}{
		{"no limit given", `{"model":"m"}`, OpChat, 100 + unsaidOutput},
		{"max_tokens", `{"max_tokens":50}`, OpChat, 150},
		{"max_completion_tokens comes first", `{"max_tokens":50,"max_completion_tokens":70}`, OpChat, 170},
		{"max_output_tokens", `{"max_output_tokens":30}`, OpResponses, 130},
		{"each answer counts", `{"max_tokens":50,"n":3}`, OpChat, 250},
		{"null is none", `{"max_tokens":null}`, OpChat, 100 + unsaidOutput},
		{"nonsense is none", `{"max_tokens":"many","n":-2}`, OpChat, 100 + unsaidOutput},
		{"embeddings write nothing", `{"input":"a"}`, OpEmbeddings, 100},
		{"images neither", `{"n":4}`, OpImages, 100},
		{"a limit beyond belief is bounded", `{"max_tokens":999999999999999999}`, OpChat, 100 + maxCount},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var d Doc
			if err := d.Scan([]byte(pad(tt.body))); err != nil || len(d.Bytes()) != 400 {
				t.Fatal(err, len(d.Bytes()))
			}
			if got := d.Estimate(tt.op); got != tt.want {
				t.Errorf("%d tokens, want %d", got, tt.want)
			}
		})
	}
}

func BenchmarkEstimate(b *testing.B) {
	var d Doc
	if err := d.Scan([]byte(`{"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":100,"n":1}`)); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = d.Estimate(OpChat)
	}
}
