package quota

import (
	"fmt"
	"testing"
	"time"

	"github.com/azproc/azproc/config"
)

func TestARefusalSaysWhichLimitAndWhenToComeBack(t *testing.T) {
	c := startClock()
	c.move(43500 * time.Millisecond)
	for _, tt := range []struct {
		name           string
		key            config.Key
		tokens, cost   int64
		kind, code     string
		message, heads string
	}{
		{
			"requests",
			config.Key{RPM: 1, TPM: 1000},
			5, 0, "rate_limit_error", "rate_limit_exceeded",
			`The key "k" is limited to 1 requests per minute. Please retry after 17 seconds.`,
			"[{retry-after 17} {retry-after-ms 16500} {x-ratelimit-limit-requests 1} {x-ratelimit-remaining-requests 0} {x-ratelimit-reset-requests 17} {x-ratelimit-limit-tokens 1000} {x-ratelimit-remaining-tokens 995} {x-ratelimit-reset-tokens 17}]",
		},
		{
			"tokens",
			config.Key{TPM: 100},
			60, 0, "rate_limit_error", "rate_limit_exceeded",
			`The key "k" is limited to 100 tokens per minute: 40 are left, and this request may need 60. Please retry after 17 seconds.`,
			"[{retry-after 17} {retry-after-ms 16500} {x-ratelimit-limit-tokens 100} {x-ratelimit-remaining-tokens 40} {x-ratelimit-reset-tokens 17}]",
		},
		{
			"tokens beyond the whole limit",
			config.Key{TPM: 100},
			101, 0, "rate_limit_error", "rate_limit_exceeded",
			`The key "k" is limited to 100 tokens per minute: 100 are left, and this request may need 101. That is more than the whole limit: ask for a shorter answer (max_tokens) or send less.`,
			"[{x-should-retry false} {x-ratelimit-limit-tokens 100} {x-ratelimit-remaining-tokens 100} {x-ratelimit-reset-tokens 17}]",
		},
		{
			"a budget",
			config.Key{RPM: 9, Budget: 1_000_000, Period: config.Period{Length: 24 * time.Hour}},
			0, 600_000, "insufficient_quota", "insufficient_quota",
			`The key "k" has a budget of $1.00 for 1d: $0.40 is left until 2026-11-26T00:00:00Z, and this request may cost $0.60. Please retry after 43157 seconds.`,
			"[{retry-after 43157} {retry-after-ms 43156500} {x-should-retry false} {x-ratelimit-limit-requests 9} {x-ratelimit-remaining-requests 8} {x-ratelimit-reset-requests 17}]",
		},
		{
			"a budget that ends soon",
			config.Key{Budget: 1_000_000, Period: config.Period{Length: 30 * time.Second}},
			0, 600_000, "insufficient_quota", "insufficient_quota",
			`The key "k" has a budget of $1.00 for 30s: $0.40 is left until 2026-11-25T12:01:00Z, and this request may cost $0.60. Please retry after 17 seconds.`,
			"[{retry-after 17} {retry-after-ms 16500}]",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := NewBooks(new(failures), c.Now)
			tt.key.Name = "k"
			ask := &Ask{Key: &tt.key, Requests: 1, Tokens: tt.tokens, Cost: tt.cost}
			_, err := b.Reserve(t.Context(), ask)
			if err == nil {
				_, err = b.Reserve(t.Context(), ask)
			}
			if err == nil {
				t.Fatal("not refused")
			}
			if err.Status != 429 || err.Type != tt.kind || err.Code != tt.code || err.Message != tt.message || fmt.Sprint(err.Header) != tt.heads {
				t.Errorf("%d %s %s\n%s\n%v", err.Status, err.Type, err.Code, err.Message, err.Header)
			}
		})
	}
}

func TestOfSeveralLimitsTheOneThatLastsLongestIsSaid(t *testing.T) {
	b := NewBooks(new(failures), startClock().Now)
	k := daily(1)
	k.RPM, k.TPM = 1, 1
	ask := &Ask{Key: k, Requests: 1, Tokens: 1, Cost: 1}
	_, _ = b.Reserve(t.Context(), ask)
	if g, err := b.Reserve(t.Context(), ask); g.Refused != Budget || err.Code != "insufficient_quota" || err.Limit != "key_budget" {
		t.Errorf("%+v %v", g, err)
	}
	k.Budget = 0
	if g, err := b.Reserve(t.Context(), ask); g.Refused != Tokens || err.Code != "rate_limit_exceeded" || err.Limit != "key_tokens" {
		t.Errorf("%+v %v", g, err)
	}
	k.TPM = 0
	if g, err := b.Reserve(t.Context(), ask); g.Refused != Requests || err.Limit != "key_requests" {
		t.Errorf("%+v %v", g, err)
	}
}

func TestAModelThatAKeyMayNotUseIsForbidden(t *testing.T) {
	k := &config.Key{Name: "k", Models: []string{"gpt-*"}}
	if err := Model(k, "gpt-4o"); err != nil {
		t.Error(err)
	}
	if err := Model(k, "o3"); err == nil || err.Status != 403 || err.Type != "permission_error" || err.Code != "model_not_allowed" || err.Param != "model" {
		t.Errorf("%+v", err)
	}
}
