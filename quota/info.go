package quota

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/azproc/azproc/config"
)

// info is what a key is told of itself: the fields that LiteLLM's /key/info has,
// and beside them what is left. Money is in US dollars.
type info struct {
	Name     string          `json:"key_alias"`
	Models   []string        `json:"models"`
	Expires  *string         `json:"expires"`
	Metadata json.RawMessage `json:"metadata"`
	RPM      *int64          `json:"rpm_limit"`
	TPM      *int64          `json:"tpm_limit"`
	Budget   *money          `json:"max_budget"`
	Duration *string         `json:"budget_duration"`
	Reset    *string         `json:"budget_reset_at"`
	Spend    *money          `json:"spend"`

	Held              *money   `json:"budget_reserved,omitempty"`
	BudgetRemaining   *money   `json:"budget_remaining,omitempty"`
	RequestsRemaining *int64   `json:"rpm_remaining,omitempty"`
	TokensRemaining   *int64   `json:"tpm_remaining,omitempty"`
	MinuteReset       *float64 `json:"minute_reset_seconds,omitempty"`
}

// money is micro-dollars, and pico-dollars beyond them, that are written as dollars.
type money struct{ micro, pico int64 }

// MarshalJSON implements json.Marshaler.
func (m money) MarshalJSON() ([]byte, error) {
	if m.pico == 0 {
		return []byte(config.Dollars(m.micro)[1:]), nil
	}
	text := fmt.Sprintf("%d.%06d%06d", m.micro/config.Dollar, m.micro%config.Dollar, m.pico)
	return []byte(strings.TrimRight(text, "0")), nil
}

// money is what is settled of a view's budget, and what is left of it.
func (v *View) money() (spent, left money) {
	spent, left = money{v.Budget.Used - v.Held, v.Fraction}, money{v.Budget.Remaining(), 0}
	if v.Fraction > 0 { // Used counts it as a whole micro-dollar
		spent.micro--
		if v.Budget.Used <= v.Budget.Limit {
			left.pico = config.MicroDollar - v.Fraction
		}
	}
	return spent, left
}

// JSON is the answer to GET /key/info for a key. now is the moment of the view.
// The bytes are the caller's.
func (v *View) JSON(k *config.Key, now time.Time) []byte {
	at := func(t time.Time) *string { s := t.UTC().Round(time.Second).Format(time.RFC3339); return &s }
	i := info{Name: k.Name, Models: k.Models, Metadata: k.Metadata}
	if i.Models == nil {
		i.Models = []string{} // every model, as LiteLLM writes it
	}
	if i.Metadata == nil {
		i.Metadata = json.RawMessage("{}")
	}
	if !k.Expires.IsZero() {
		i.Expires = at(k.Expires)
	}
	for _, g := range [...]struct {
		Gauge
		limit, left **int64
	}{{v.Requests, &i.RPM, &i.RequestsRemaining}, {v.Tokens, &i.TPM, &i.TokensRemaining}} {
		if g.Limit > 0 {
			left, seconds := g.Remaining(), g.Reset.Seconds()
			*g.limit, *g.left, i.MinuteReset = &g.Limit, &left, &seconds
		}
	}
	if b := v.Budget; b.Limit > 0 {
		period, held, limit := k.Period.String(), money{v.Held, 0}, money{b.Limit, 0}
		spent, left := v.money()
		i.Budget, i.Spend, i.Held, i.BudgetRemaining = &limit, &spent, &held, &left
		i.Duration, i.Reset = &period, at(now.Add(b.Reset))
	}
	body, _ := json.Marshal(map[string]any{"key": k.Name, "info": i}) //nolint:errchkjson // texts, numbers and JSON that was read
	return body
}
