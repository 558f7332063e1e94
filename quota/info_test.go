package quota

import (
	"testing"
	"time"

	"github.com/azproc/azproc/config"
)

func TestAKeySeesWhatItMayUse(t *testing.T) {
	c := startClock()
	c.move(15 * time.Second)
	for _, tt := range []struct {
		name string
		key  config.Key
		want string
	}{
		{
			"everything",
			config.Key{
				Name: "k", Models: []string{"gpt-*"}, RPM: 10, TPM: 1000, Budget: 2_500_000, Period: config.Period{Months: 1},
				Expires: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Metadata: []byte(`{"owner":"jane"}`),
			},
			`{"info":{"key_alias":"k","models":["gpt-*"],"expires":"2027-01-01T00:00:00Z","metadata":{"owner":"jane"},"rpm_limit":10,"tpm_limit":1000,"max_budget":2.50,"budget_duration":"1mo","budget_reset_at":"2026-12-01T00:00:00Z","spend":0.000125,"budget_reserved":0.50,"budget_remaining":1.999875,"rpm_remaining":8,"tpm_remaining":890,"minute_reset_seconds":45},"key":"k"}`,
		},
		{
			"less than a micro-dollar",
			config.Key{Name: "k", Budget: 2_500_000, Period: config.Period{Months: 1}},
			`{"info":{"key_alias":"k","models":[],"expires":null,"metadata":{},"rpm_limit":null,"tpm_limit":null,"max_budget":2.50,"budget_duration":"1mo","budget_reset_at":"2026-12-01T00:00:00Z","spend":0.0000005,"budget_reserved":0.50,"budget_remaining":1.9999995},"key":"k"}`,
		},
		{
			"no limits",
			config.Key{Name: "k"},
			`{"info":{"key_alias":"k","models":[],"expires":null,"metadata":{},"rpm_limit":null,"tpm_limit":null,"max_budget":null,"budget_duration":null,"budget_reset_at":null,"spend":null},"key":"k"}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := NewBooks(new(failures), c.Now)
			g, _ := b.Reserve(t.Context(), &Ask{Key: &tt.key, Requests: 1, Tokens: 100, Cost: 200})
			cost := int64(125 * config.MicroDollar)
			if tt.name == "less than a micro-dollar" {
				cost = 500_000
			}
			b.Settle(g.Hold, 10, cost)
			_, _ = b.Reserve(t.Context(), &Ask{Key: &tt.key, Requests: 1, Tokens: 100, Cost: 500_000})
			v := b.View(t.Context(), &tt.key)
			if got := string(v.JSON(&tt.key, c.Now())); got != tt.want {
				t.Errorf("%s", got)
			}
		})
	}
}
