package quota

import (
	"testing"
	"time"

	"github.com/azproc/azproc/config"
)

func TestWhatNobodyHasReservedIsChargedToTheBudget(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	b := NewBooks(nil, func() time.Time { return now })
	key := &config.Key{Name: "k", Budget: 100, Period: config.Period{Length: 24 * time.Hour}, RPM: 10, TPM: 10}
	for range 2 {
		b.Charge(t.Context(), key, 30*config.MicroDollar)
	}
	b.Charge(t.Context(), key, 0)
	if v := b.View(t.Context(), key); v.Budget.Used != 60 || v.Held != 0 || v.Requests.Used != 0 || v.Tokens.Used != 0 {
		t.Errorf("%+v", v)
	}
	if _, err := b.Reserve(t.Context(), &Ask{Key: key, Requests: 1, Cost: 41}); err == nil || err.Code != "insufficient_quota" {
		t.Errorf("%v", err)
	}
	now = now.Add(24 * time.Hour)
	if v := b.View(t.Context(), key); v.Budget.Used != 0 {
		t.Errorf("the next day: %+v", v)
	}
	b.Charge(t.Context(), &config.Key{Name: "free", RPM: 1}, 30*config.MicroDollar) // it has no budget
}
