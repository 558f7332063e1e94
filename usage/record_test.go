package usage

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestARecordIsOneLineOfJSON(t *testing.T) {
	at := time.Date(2026, 11, 25, 3, 4, 5, 678_900_000, time.FixedZone("", 3600))
	for name, tt := range map[string]struct {
		r    Record
		want string
	}{
		"everything": {
			Record{
				Time: at, Request: "r-1", Operation: "chat/completions", Model: "gpt", Group: "g", Deployment: "gpt-a", Key: "team", Status: 200, Stream: true, Attempts: 2,
				Duration: 1500*time.Millisecond + 250*time.Microsecond, First: 90 * time.Millisecond, Tokens: Tokens{Input: 10, Cached: 4, Output: 5, Reasoning: 1}, Cost: 12_000_345_000_000, Priced: true,
			},
			`{"time":"2026-11-25T02:04:05.678Z","request_id":"r-1","operation":"chat/completions","model":"gpt","deployment":"gpt-a","key":"team","status":200,"stream":true,"attempts":2,"duration_ms":1500.2,"first_byte_ms":90.0,"input_tokens":10,"output_tokens":5,"cached_tokens":4,"reasoning_tokens":1,"cost":12.000345}`,
		},
		"an unknown cost is said": {
			Record{Time: at, Operation: "embeddings", Model: "e", Status: 200, Attempts: 1, Tokens: Tokens{Input: 10}, Estimated: true, Left: true},
			`{"time":"2026-11-25T02:04:05.678Z","operation":"embeddings","model":"e","status":200,"attempts":1,"duration_ms":0.0,"input_tokens":10,"estimated":true,"cost":"unknown","client_left":true}`,
		},
		"a refusal costs nothing": {
			Record{Time: at, Model: "a\"b\n\u00e9", Status: 404, Error: "model_not_found"},
			`{"time":"2026-11-25T02:04:05.678Z","model":"a\"b\né","status":404,"attempts":0,"duration_ms":0.0,"error":"model_not_found"}`,
		},
		"a cost below a cent": {
			Record{Time: at, Status: 200, Cost: 7_000_000, Priced: true},
			`{"time":"2026-11-25T02:04:05.678Z","status":200,"attempts":0,"duration_ms":0.0,"cost":0.000007}`,
		},
		"a cost below a micro-dollar": {
			Record{Time: at, Status: 200, Cost: 100_500, Priced: true},
			`{"time":"2026-11-25T02:04:05.678Z","status":200,"attempts":0,"duration_ms":0.0,"cost":0.0000001005}`,
		},
		"the least that there is, and dollars": {
			Record{Time: at, Status: 200, Cost: 3_000_000_000_001, Priced: true},
			`{"time":"2026-11-25T02:04:05.678Z","status":200,"attempts":0,"duration_ms":0.0,"cost":3.000000000001}`,
		},
		"what is free": {
			Record{Time: at, Status: 200, Priced: true},
			`{"time":"2026-11-25T02:04:05.678Z","status":200,"attempts":0,"duration_ms":0.0,"cost":0.000000}`,
		},
	} {
		got := string(tt.r.Append(nil))
		if got != tt.want+"\n" {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, tt.want)
		}
		if !json.Valid([]byte(got)) || strings.Count(got, "\n") != 1 {
			t.Errorf("%s: no line of JSON: %s", name, got)
		}
	}
}

func TestWhatIsNotToldIsEstimatedByTheSizes(t *testing.T) {
	if got := Estimate(400, 2500, true); got != (Tokens{Input: 100, Output: 10}) {
		t.Errorf("a stream: %+v", got)
	}
	if got := Estimate(400, 200, false); got != (Tokens{Input: 100, Output: 50}) {
		t.Errorf("a whole answer: %+v", got)
	}
}

func BenchmarkRecordAppend(b *testing.B) {
	r := Record{Time: time.Now(), Request: "7d9f3b1e-0000-4000-8000-000000000000", Operation: "chat/completions", Model: "gpt-4o", Deployment: "gpt-4o-a", Key: "team", Status: 200, Attempts: 1, Tokens: Tokens{Input: 100, Output: 20}, Priced: true, Cost: 1234}
	buf := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		buf = r.Append(buf[:0])
	}
}
