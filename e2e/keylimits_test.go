package e2e

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// TestAnAnswerTellsTheLimitThatHasLessLeft: the key's or the deployment's, which is 1000
// requests and 100000 tokens.
func TestAnAnswerTellsTheLimitThatHasLessLeft(t *testing.T) {
	aMinuteAhead(t)
	azure := fleet(t)
	g := start(t, groups(azure, "keys:\n"+keyEntry("free", "")+keyEntry("slow", ", rpm: 7")+keyEntry("small", ", tpm: 5000, budget: 100, period: 1d")+keyEntry("both", ", rpm: 9, tpm: 6000")+
		keyEntry("large", ", rpm: 5000, tpm: 5000000")+keyEntry("rich", ", budget: 100, period: 1d"), member{group: "gpt", resource: "a"}, member{group: "claude", resource: "b", kind: "claude"}))
	for _, tt := range []struct {
		key, group, more string
		requests, tokens string // the limits; "" is none
	}{
		{"free", "gpt", "", "1000", "100000"},
		{"slow", "gpt", "", "7", "100000"},
		{"slow", "gpt", `,"stream":true`, "7", "100000"},
		{"small", "gpt", "", "1000", "5000"},
		{"both", "gpt", "", "9", "6000"},
		{"large", "gpt", "", "1000", "100000"},
		{"rich", "gpt", "", "1000", "100000"},
		{"both", "claude", "", "9", "6000"}, // which tells none of its own
		{"free", "claude", "", "", ""},
	} {
		t.Run(tt.key+" "+tt.group+tt.more, func(t *testing.T) {
			got := g.askAs(tt.key, tt.group, `,"max_tokens":100`+tt.more)
			if got.status != 200 {
				t.Fatalf("%d %s", got.status, got.body)
			}
			limits := got.header
			for what, want := range map[string]string{"requests": tt.requests, "tokens": tt.tokens} {
				limit, left, reset := limits.Get("x-ratelimit-limit-"+what), limits.Get("x-ratelimit-remaining-"+what), limits.Get("x-ratelimit-reset-"+what)
				n, _ := strconv.Atoi(left)
				most, _ := strconv.Atoi(want)
				seconds, _ := strconv.Atoi(reset)
				if limit != want || (want != "") != (left != "" && reset != "") || n > most || want != "" && (n < most/4 || seconds < 1 || seconds > 60) {
					t.Errorf("%s: limit %q, remaining %q, reset %q; want %q", what, limit, left, reset, want)
				}
			}
		})
	}
	for _, r := range azure.Requests() {
		if r.Header.Get("x-azproc-limits") != "" {
			t.Errorf("%v", r.Header)
		}
	}
	azure.Script("a", "chat-a", fakeazure.Raw(http.StatusBadRequest, "application/json", []byte(`{"error":{"message":"no","code":"x"}}`)).WithHeader("x-ratelimit-remaining-requests", "500"))
	if got := g.askAs("slow", "gpt", ""); got.status != 400 || got.header.Get("x-ratelimit-remaining-requests") != "500" {
		t.Errorf("a failure tells %v", got.header)
	}
	before := g.askAs("slow", "gpt", "").header.Get("x-ratelimit-remaining-requests")
	if after := g.askAs("slow", "gpt", "").header.Get("x-ratelimit-remaining-requests"); before != "3" || after != "2" {
		t.Errorf("%s are left, then %s", before, after)
	}
}

// TestABudgetReservesWhatABodyOnlyRefersTo: an image of gpt-4o is 1445 tokens at most,
// and all that it reads are 128000, for 2.50 dollars a million.
func TestABudgetReservesWhatABodyOnlyRefersTo(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "keys:\n"+keyEntry("poor", ", budget: 0.003, period: 1d")+keyEntry("fair", ", budget: 0.3, period: 1d"), member{group: "gpt", resource: "a"}))
	image := `{"type":"image_url","image_url":{"url":"https://example.com/cat.png"}}`
	for _, tt := range []struct {
		name, key, path, body string
		may                   string // that the refusal says it may cost; "" is served
	}{
		{"text", "poor", "/v1/chat/completions", `{"model":"gpt","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}`, ""},
		{"an image", "poor", "/v1/chat/completions", `{"model":"gpt","max_tokens":9,"messages":[{"role":"user","content":[` + image + `]}]}`, "$0.0039"},
		{"the same with enough left", "fair", "/v1/chat/completions", `{"model":"gpt","max_tokens":9,"messages":[{"role":"user","content":[` + image + `]}]}`, ""},
		{"an earlier response", "fair", "/v1/responses", `{"model":"gpt","max_output_tokens":9,"input":"hi","previous_response_id":"resp_1"}`, "$0.32009"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := do(t, "POST", g.url+tt.path, tt.body, as(tt.key)...)
			if tt.may == "" && got.status != 200 || tt.may != "" && (got.status != 429 || !strings.Contains(got.body, "insufficient_quota") || !strings.Contains(got.body, "may cost "+tt.may)) {
				t.Errorf("%d %s", got.status, got.body)
			}
		})
	}
	eventually(t, "nothing is reserved", func() bool {
		return strings.Contains(do(t, "GET", g.url+"/key/info", "", as("fair")...).body, `"budget_reserved":0.00`)
	})
}
